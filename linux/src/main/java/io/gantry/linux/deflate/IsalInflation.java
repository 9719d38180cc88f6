package io.gantry.linux.deflate;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/** libisal. Its memory is used again, because direct memory waits for the garbage collector. */
final class IsalInflation implements Inflation {

  /** {@code struct inflate_state} has 87 KB in version 2.30; newer ones may have some more. */
  private static final int STATE = 128 << 10;

  private static final int BUFFER = 64 << 10;

  /**
   * Offsets of the state's fields; {@link IsalCheck} looks whether they are those of the library.
   */
  private static final int NEXT_OUT = 0;

  private static final int AVAILABLE_OUT = 8;
  private static final int NEXT_IN = 16;
  private static final int AVAILABLE_IN = 32;
  private static final int BITS_IN = 36;
  private static final int BLOCK_STATE = 21160;

  /** {@code ISAL_BLOCK_FINISH}: the stream is over and all of it was put out. */
  private static final int FINISH = 5;

  private static final ConcurrentLinkedQueue<ByteBuffer> POOL = new ConcurrentLinkedQueue<>();

  private final ByteBuffer memory;
  private final Pointer state;
  private final long inputAddress;
  private final long outputAddress;
  private byte[] input = {};
  private int next;
  private int left;
  private boolean finished;
  private boolean closed;

  IsalInflation() {
    ByteBuffer pooled = POOL.poll();
    memory =
        pooled == null
            ? ByteBuffer.allocateDirect(STATE + 2 * BUFFER).order(ByteOrder.nativeOrder())
            : pooled;
    state = Native.getDirectBufferPointer(memory);
    inputAddress = Pointer.nativeValue(state) + STATE;
    outputAddress = inputAddress + BUFFER;
    IsalLibrary.isal_inflate_init(state);
    memory.putInt(AVAILABLE_IN, 0);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the inflation is closed");
    }
  }

  @Override
  public void reset() {
    requireOpen();
    IsalLibrary.isal_inflate_reset(state);
    memory.putInt(AVAILABLE_IN, 0);
    left = 0;
    finished = false;
  }

  @Override
  public void input(byte[] bytes, int offset, int length) {
    requireOpen();
    input = bytes;
    next = offset;
    left = length;
  }

  @Override
  public int remaining() {
    requireOpen();
    // Of bytes that it has taken, it holds those that are behind the stream.
    return left + memory.getInt(AVAILABLE_IN) + memory.getInt(BITS_IN) / Byte.SIZE;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public int inflate(byte[] target, int offset, int length) throws DataFormatException {
    requireOpen();
    while (!finished) {
      int room = Math.min(length, BUFFER);
      memory.putLong(NEXT_OUT, outputAddress).putInt(AVAILABLE_OUT, room);
      // An output that was filled may have more behind it without any further input.
      check(IsalLibrary.isal_inflate(state));
      finished = memory.getInt(BLOCK_STATE) == FINISH;
      int unused = memory.getInt(AVAILABLE_OUT);
      if (unused < room) {
        memory.get(STATE + BUFFER, target, offset, room - unused);
        return room - unused;
      }
      if (!finished && !refill()) {
        return 0;
      }
    }
    return 0;
  }

  /** Only when all before was taken. */
  private boolean refill() {
    int count = Math.min(left, BUFFER);
    memory.put(STATE, input, next, count);
    next += count;
    left -= count;
    memory.putLong(NEXT_IN, inputAddress).putInt(AVAILABLE_IN, count);
    return count > 0;
  }

  private static void check(int result) throws DataFormatException {
    @Nullable String wrong =
        switch (result) {
          case 0, 1, 2 -> null;
          case -1 -> "invalid block type or code lengths";
          case -2 -> "invalid symbol";
          case -3 -> "invalid distance too far back";
          case 6 -> "it needs a preset dictionary";
          default -> "libisal answers " + result;
        };
    if (wrong != null) {
      throw new DataFormatException(wrong);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      POOL.offer(memory);
    }
  }
}
