package io.gantry.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a run of netlink attributes. The bytes are the receive buffer's own: values that outlive
 * the parsing are copied out. A length that does not fit ends the run, as the kernel's own macros
 * have it.
 */
final class Attributes {

  private static final int HEADER_BYTES = 4;
  private static final int TYPE_MASK = 0x3FFF;

  private final ByteBuffer bytes;

  /** The attributes between the buffer's position and its limit. */
  Attributes(ByteBuffer bytes) {
    this.bytes = bytes.slice().order(ByteOrder.nativeOrder());
  }

  /** The value of the first attribute of that type, or null. */
  @Nullable ByteBuffer find(int type) {
    List<ByteBuffer> found = all(type, 1);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The values of all attributes of that type, in order. */
  List<ByteBuffer> all(int type) {
    return all(type, Integer.MAX_VALUE);
  }

  private List<ByteBuffer> all(int type, int most) {
    List<ByteBuffer> found = new ArrayList<>(1);
    int at = 0;
    while (found.size() < most && at + HEADER_BYTES <= bytes.limit()) {
      int length = Short.toUnsignedInt(bytes.getShort(at));
      if (length < HEADER_BYTES || at + length > bytes.limit()) {
        break;
      }
      if ((bytes.getShort(at + 2) & TYPE_MASK) == type) {
        found.add(
            bytes.slice(at + HEADER_BYTES, length - HEADER_BYTES).order(ByteOrder.nativeOrder()));
      }
      at += aligned(length);
    }
    return found;
  }

  /** Rounds up to the alignment of messages and attributes. */
  static int aligned(int length) {
    return (length + 3) & ~3;
  }

  int number(int type, int fallback) {
    ByteBuffer value = find(type);
    return value == null || value.limit() < Integer.BYTES ? fallback : value.getInt(0);
  }

  /** An unsigned number of two bytes, 0 where it is absent. */
  int shortOf(int type) {
    ByteBuffer value = find(type);
    return value == null || value.limit() < Short.BYTES
        ? 0
        : Short.toUnsignedInt(value.getShort(0));
  }

  /** An unsigned number of one byte, 0 where it is absent. */
  int byteOf(int type) {
    ByteBuffer value = find(type);
    return value == null || value.limit() == 0 ? 0 : Byte.toUnsignedInt(value.get(0));
  }

  byte @Nullable [] data(int type) {
    ByteBuffer value = find(type);
    if (value == null) {
      return null;
    }
    byte[] copy = new byte[value.limit()];
    value.get(0, copy);
    return copy;
  }

  /** The text without its closing zero, or empty. */
  String text(int type) {
    byte[] value = data(type);
    if (value == null) {
      return "";
    }
    int end = value.length > 0 && value[value.length - 1] == 0 ? value.length - 1 : value.length;
    return new String(Arrays.copyOf(value, end), StandardCharsets.UTF_8);
  }

  /** The attributes inside that attribute; none when it is absent. */
  Attributes nested(int type) {
    ByteBuffer value = find(type);
    return new Attributes(value == null ? ByteBuffer.allocate(0) : value);
  }
}
