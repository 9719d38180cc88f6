package io.gantry.image.registry;

/** What a try at a blob brings, be it fetched or sent. */
final class Gain {

  private static final long BYTES = 64 << 10;
  private static final int PARTS = 20;

  private Gain() {}

  /**
   * Whether a try was not in vain.
   *
   * @param brought bytes that were not there before
   * @param size of the blob, in bytes
   */
  static boolean isWorthWhile(long brought, long size) {
    return brought >= Math.min(BYTES, Math.max(1, size / PARTS));
  }
}
