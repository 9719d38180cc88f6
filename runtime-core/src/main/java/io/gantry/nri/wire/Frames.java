package io.gantry.nri.wire;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts the bytes of one logical connection into ttrpc messages (ttrpc, PROTOCOL.md, Message Frame).
 * For one thread.
 */
final class Frames {

  static final byte REQUEST = 1;
  static final byte RESPONSE = 2;
  static final byte DATA = 3;

  /** Of the stream's flags: more is to come from the other side. */
  static final byte REMOTE_OPEN = 2;

  static final int HEADER = 10;
  static final int LARGEST = 4 << 20;

  private static final byte[] NOTHING = {};

  /** One message. */
  record Frame(int stream, byte type, byte flags, ByteString data) {}

  private final Consumer<Frame> whole;
  private byte[] pending = NOTHING;
  private int have;

  Frames(Consumer<Frame> whole) {
    this.whole = whole;
  }

  /** Takes some bytes and gives on the messages that are complete. */
  void take(byte[] bytes) throws IOException {
    append(bytes);
    int at = 0;
    while (have - at >= HEADER) {
      ByteBuffer header = ByteBuffer.wrap(pending, at, HEADER);
      int length = header.getInt();
      if (length < 0 || length > LARGEST) {
        throw new IOException(
            "a message of " + Integer.toUnsignedString(length) + " bytes, more than " + LARGEST);
      }
      if (have - at - HEADER < length) {
        break;
      }
      int from = at + HEADER;
      Frame frame =
          new Frame(
              header.getInt(),
              header.get(),
              header.get(),
              ByteString.copyFrom(pending, from, length));
      if (frame.type() < REQUEST || frame.type() > DATA) {
        throw new IOException("a message of type " + frame.type() + ", which ttrpc has not");
      }
      whole.accept(frame);
      at = from + length;
    }
    forget(at);
  }

  /** Doubles the room where it is too small: many small pieces are not copied again for each. */
  private void append(byte[] bytes) {
    if (have + bytes.length > pending.length) {
      pending = Arrays.copyOf(pending, Math.max(have + bytes.length, 2 * have));
    }
    System.arraycopy(bytes, 0, pending, have, bytes.length);
    have += bytes.length;
  }

  private void forget(int count) {
    have -= count;
    if (have == 0) {
      pending = NOTHING;
    } else if (count > 0) {
      System.arraycopy(pending, count, pending, 0, have);
    }
  }

  static byte[] bytes(int stream, byte type, byte[] data) {
    return ByteBuffer.allocate(HEADER + data.length)
        .putInt(data.length)
        .putInt(stream)
        .put(type)
        .put((byte) 0)
        .put(data)
        .array();
  }
}
