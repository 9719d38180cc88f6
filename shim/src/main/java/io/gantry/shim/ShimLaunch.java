package io.gantry.shim;

import io.gantry.linux.Fd;
import java.nio.file.Path;

/**
 * What a shim is given at birth. Everything is borrowed for the time of the call.
 *
 * @param id shown in the process list
 * @param plan how to start the container
 * @param runDirectory an existing directory of the container's own for {@code shim.sock} and the
 *     exit record; its path leaves room for a socket name of 107 bytes in all
 * @param log the CRI log opened for appending, or /dev/null
 */
public record ShimLaunch(String id, Plan plan, Path runDirectory, Fd log) {}
