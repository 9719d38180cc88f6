package io.gantry.image.content;

/**
 * What is known of an unpacked layer, kept beside its files.
 *
 * @param version of this form
 * @param diffId digest of the uncompressed tar
 * @param digest of the blob it came from
 * @param transferSize bytes of that blob
 * @param bytes on disk
 */
record LayerRecord(
    int version, String diffId, String digest, long transferSize, long bytes, long inodes) {

  static final int VERSION = 1;
  static final String FILE = "layer.json";
}
