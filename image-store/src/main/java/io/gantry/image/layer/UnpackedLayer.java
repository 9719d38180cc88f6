package io.gantry.image.layer;

/**
 * What unpacking a layer made.
 *
 * @param bytes on disk, counted in whole blocks
 * @param inodes files, directories and nodes, also those directories that no entry named
 */
public record UnpackedLayer(long bytes, long inodes) {}
