package io.gantry.image.content;

import org.jspecify.annotations.Nullable;

/**
 * What is known of an unpacked layer, kept beside its files.
 *
 * @param version of this form
 * @param diffId digest of the uncompressed tar
 * @param digest of the blob it came from
 * @param transferSize bytes of that blob
 * @param bytes on disk
 * @param inventory digest of the list of its files; null when it was unpacked before there was one
 * @param form how its files are kept; null when there was one way only
 */
record LayerRecord(
    int version,
    String diffId,
    String digest,
    long transferSize,
    long bytes,
    long inodes,
    @Nullable String inventory,
    @Nullable LayerForm form) {

  static final int VERSION = 1;
  static final String FILE = "layer.json";

  boolean isImage() {
    return form == LayerForm.EROFS;
  }
}
