package io.gantry.linux;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Moves bytes between Java buffers and native calls: direct buffers as they are, others copied. */
final class Transfer {

  private static final int FIRST_GUESS = 256;
  private static final int LARGEST = 64 * 1024;

  @FunctionalInterface
  interface DirectCall {
    long run(ByteBuffer buffer) throws SyscallException;
  }

  @FunctionalInterface
  interface ArrayCall {
    long run(byte[] buffer) throws SyscallException;
  }

  private Transfer() {}

  static int into(ByteBuffer buffer, DirectCall direct, ArrayCall copied) throws SyscallException {
    int count;
    if (buffer.isDirect()) {
      // JNA passes the address of the buffer's start, not of its position.
      count = (int) direct.run(buffer.slice());
      buffer.position(buffer.position() + count);
    } else {
      byte[] bytes = new byte[buffer.remaining()];
      count = (int) copied.run(bytes);
      buffer.put(bytes, 0, count);
    }
    return count;
  }

  static int from(ByteBuffer buffer, DirectCall direct, ArrayCall copied) throws SyscallException {
    int count;
    if (buffer.isDirect()) {
      count = (int) direct.run(buffer.slice());
    } else {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      count = (int) copied.run(bytes);
    }
    buffer.position(buffer.position() + count);
    return count;
  }

  /** Repeats a call whose result may be larger than the buffer, up to the kernel's 64 KiB. */
  static byte[] sized(ArrayCall call) throws SyscallException {
    byte[] buffer = new byte[FIRST_GUESS];
    while (true) {
      try {
        return Arrays.copyOf(buffer, (int) call.run(buffer));
      } catch (SyscallException tooSmall) {
        if (!tooSmall.is(Errno.ERANGE) || buffer.length >= LARGEST) {
          throw tooSmall;
        }
        buffer = new byte[LARGEST];
      }
    }
  }
}
