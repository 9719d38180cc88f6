package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;

/** The {@code struct statx} of statx(2), which is the same on every machine. */
final class StatxLayout {

  static final int SIZE = 256;

  /** {@code STATX_BASIC_STATS | STATX_MNT_ID}. */
  static final int MASK = 0x7FF | 0x1000;

  private StatxLayout() {}

  static FileStatus read(byte[] status) {
    ByteBuffer at = ByteBuffer.wrap(status).order(ByteOrder.nativeOrder());
    return new FileStatus(
        Short.toUnsignedInt(at.getShort(28)),
        at.getInt(20),
        at.getInt(24),
        at.getLong(40),
        at.getLong(48),
        at.getLong(32),
        at.getInt(16),
        new Device(at.getInt(136), at.getInt(140)),
        new Device(at.getInt(128), at.getInt(132)),
        Instant.ofEpochSecond(at.getLong(112), at.getInt(120)),
        at.getLong(144));
  }
}
