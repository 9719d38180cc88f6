package io.gantry.image;

import io.gantry.image.reference.Digest;
import org.jspecify.annotations.Nullable;

/**
 * One step in the making of an image (OCI image spec, config.md, "history"); empty strings for what
 * is not said.
 *
 * @param created RFC 3339
 * @param diffId the layer that it made, or null when it changed no files
 * @param size bytes that the layer occupies here
 */
public record HistoryStep(
    String created,
    String createdBy,
    String author,
    String comment,
    @Nullable Digest diffId,
    long size) {}
