package io.gantry.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a filter program as the kernel would (seccomp(2), networking/filter.rst). */
final class FilterMachine {

  static final int X86_64 = 0xC000003E;
  static final int X86 = 0x40000003;
  private static final int DATA_SIZE = 64;

  private final ByteBuffer program;

  FilterMachine(byte[] program) {
    this.program = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
  }

  /** The action word for a call. */
  int decide(int architecture, int call, long... arguments) {
    ByteBuffer data = ByteBuffer.allocate(DATA_SIZE).order(ByteOrder.nativeOrder());
    data.putInt(call).putInt(architecture).putLong(0);
    for (long argument : arguments) {
      data.putLong(argument);
    }
    int accumulator = 0;
    for (int at = 0; at < program.capacity() / 8; at++) {
      int code = Short.toUnsignedInt(program.getShort(at * 8));
      int constant = program.getInt(at * 8 + 4);
      switch (code) {
        case 0x20 -> accumulator = data.getInt(constant);
        case 0x54 -> accumulator &= constant;
        case 0x05 -> at += constant;
        case 0x15 -> at += jump(at, accumulator == constant);
        case 0x25 -> at += jump(at, Integer.compareUnsigned(accumulator, constant) > 0);
        case 0x35 -> at += jump(at, Integer.compareUnsigned(accumulator, constant) >= 0);
        case 0x06 -> {
          return constant;
        }
        default -> throw new IllegalStateException("instruction " + Integer.toHexString(code));
      }
    }
    throw new IllegalStateException("the program ran over its end");
  }

  private int jump(int at, boolean taken) {
    return Byte.toUnsignedInt(program.get(at * 8 + (taken ? 2 : 3)));
  }
}
