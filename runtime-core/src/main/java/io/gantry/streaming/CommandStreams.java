package io.gantry.streaming;

import org.jspecify.annotations.Nullable;

/**
 * The streams of one exec or attach, whichever protocol brought them.
 *
 * @param error where the end is told
 * @param form how the end is told
 */
record CommandStreams(
    Line line,
    @Nullable Inlet stdin,
    @Nullable Inlet resize,
    @Nullable Outlet stdout,
    @Nullable Outlet stderr,
    Outlet error,
    StatusForm form) {}
