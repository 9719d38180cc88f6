package io.gantry.oci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs seccomp programs as the kernel would (Documentation/networking/filter.rst). */
final class FilterMachine {

  static final int X86_64 = 0xC000_003E;
  static final int I386 = 0x4000_0003;

  private final ByteBuffer code;

  FilterMachine(byte[] program) {
    this.code = ByteBuffer.wrap(program.clone()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The {@code SECCOMP_RET_*} word for a call with these arguments. */
  int answer(int architecture, int number, long... arguments) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(number).putInt(architecture).putLong(0);
    for (long argument : arguments) {
      data.putLong(argument);
    }
    int accumulator = 0;
    int at = 0;
    while (true) {
      int op = code.getShort(at * 8) & 0xffff;
      int ifTrue = code.get(at * 8 + 2) & 0xff;
      int ifFalse = code.get(at * 8 + 3) & 0xff;
      int operand = code.getInt(at * 8 + 4);
      at++;
      switch (op) {
        case 0x20 -> accumulator = data.getInt(operand);
        case 0x54 -> accumulator &= operand;
        case 0x05 -> at += operand;
        case 0x15 -> at += accumulator == operand ? ifTrue : ifFalse;
        case 0x25 -> at += Integer.compareUnsigned(accumulator, operand) > 0 ? ifTrue : ifFalse;
        case 0x35 -> at += Integer.compareUnsigned(accumulator, operand) >= 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return operand;
        }
        default -> throw new IllegalStateException("instruction " + Integer.toHexString(op));
      }
    }
  }
}
