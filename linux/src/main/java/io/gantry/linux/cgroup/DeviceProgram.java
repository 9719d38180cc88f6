package io.gantry.linux.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Device rules as a program of {@code BPF_PROG_TYPE_CGROUP_DEVICE}, which version 2 has instead of
 * files. It returns 1 to allow. Registers: 2 the kind, 3 the access asked for, 4 and 5 the numbers.
 */
final class DeviceProgram {

  private static final int INSTRUCTION_SIZE = 8;
  private static final int LONGEST_RULE = 9;
  private static final int FRAME = 8;

  private static final int LOAD_WORD = 0x61;
  private static final int AND = 0x54;
  private static final int SHIFT_RIGHT = 0x74;
  private static final int MOVE_REGISTER = 0xBC;
  private static final int MOVE = 0xB4;
  private static final int JUMP_IF_NOT_EQUAL = 0x55;
  private static final int EXIT = 0x95;

  private final ByteBuffer code;

  private DeviceProgram(int rules) {
    code =
        ByteBuffer.allocate((FRAME + rules * LONGEST_RULE) * INSTRUCTION_SIZE)
            .order(ByteOrder.nativeOrder());
  }

  static byte[] of(List<DeviceRule> rules) {
    DeviceProgram program = new DeviceProgram(rules.size());
    program.put(LOAD_WORD, 2, 1, 0, 0);
    program.put(AND, 2, 0, 0, 0xFFFF);
    program.put(LOAD_WORD, 3, 1, 0, 0);
    program.put(SHIFT_RIGHT, 3, 0, 0, 16);
    program.put(LOAD_WORD, 4, 1, 4, 0);
    program.put(LOAD_WORD, 5, 1, 8, 0);
    rules.forEach(program::rule);
    program.put(MOVE, 0, 0, 0, 0);
    program.put(EXIT, 0, 0, 0, 0);
    byte[] bytes = new byte[program.code.position()];
    program.code.flip().get(bytes);
    return bytes;
  }

  private void rule(DeviceRule rule) {
    int numbers =
        (rule.major() == DeviceRule.ANY ? 0 : 1) + (rule.minor() == DeviceRule.ANY ? 0 : 1);
    // Where each test fails, what is left of this rule is skipped.
    int rest = 5 + numbers;
    put(JUMP_IF_NOT_EQUAL, 2, 0, rest--, rule.kind().number());
    put(MOVE_REGISTER, 1, 3, 0, 0);
    put(AND, 1, 0, 0, ~rule.accessBits());
    rest -= 2;
    put(JUMP_IF_NOT_EQUAL, 1, 0, rest--, 0);
    if (rule.major() != DeviceRule.ANY) {
      put(JUMP_IF_NOT_EQUAL, 4, 0, rest--, rule.major());
    }
    if (rule.minor() != DeviceRule.ANY) {
      put(JUMP_IF_NOT_EQUAL, 5, 0, rest, rule.minor());
    }
    put(MOVE, 0, 0, 0, 1);
    put(EXIT, 0, 0, 0, 0);
  }

  private void put(int operation, int destination, int source, int offset, int constant) {
    code.put((byte) operation)
        .put((byte) (source << 4 | destination))
        .putShort((short) offset)
        .putInt(constant);
  }
}
