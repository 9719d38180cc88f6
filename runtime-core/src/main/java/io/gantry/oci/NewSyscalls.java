package io.gantry.oci;

import io.gantry.linux.Errno;
import io.gantry.linux.seccomp.SeccompAction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The head of a seccomp program, for calls that are newer than the library that wrote the rest. It
 * lets the new calls of the list through by number and says ENOSYS to those that are newer than the
 * list itself: programs fall back on an older call then, where EPERM would make them give up.
 *
 * <p>Since Linux 5.1 new calls have one number on all architectures; the few older numbers that are
 * used here exist on x86-64 only.
 */
final class NewSyscalls {

  /** The newest call anyone has thought about for the list: file_setattr(2), Linux 6.17. */
  static final int NEWEST = 469;

  private static final int SAME_EVERYWHERE = 424;
  private static final int X32_BIT = 0x4000_0000;
  private static final int X86_64 = 0xC000_003E;

  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int LOAD = 0x20;
  private static final int EQUAL = 0x15;
  private static final int AT_LEAST = 0x35;
  private static final int JUMP = 0x05;
  private static final int RETURN = 0x06;
  private static final int INSTRUCTION = 8;

  private final List<Instruction> program = new ArrayList<>();

  /** A {@code struct sock_filter}. */
  private record Instruction(int code, int ifTrue, int ifFalse, int operand) {

    void putTo(ByteBuffer out) {
      out.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(operand);
    }
  }

  private NewSyscalls() {}

  /**
   * The whole program: first these rules, then the rest.
   *
   * @param rules those with numbers; the others are skipped
   * @param rest a program of the library
   */
  static byte[] before(List<SyscallRule> rules, byte[] rest) {
    NewSyscalls head = new NewSyscalls();
    head.write(
        rules.stream()
            .filter(SyscallRule::isNew)
            .sorted(Comparator.comparingInt(rule -> rule.number().orElseThrow()))
            .toList());
    return head.followedBy(rest);
  }

  private void write(List<SyscallRule> rules) {
    add(LOAD, 0, 0, NUMBER);
    for (SyscallRule rule : rules) {
      int number = rule.number().orElseThrow();
      int answer = word(rule.action());
      if (number >= SAME_EVERYWHERE) {
        add(EQUAL, 0, 1, number);
        add(RETURN, 0, 0, answer);
      } else {
        add(EQUAL, 0, 4, number);
        add(LOAD, 0, 0, ARCHITECTURE);
        add(EQUAL, 0, 1, X86_64);
        add(RETURN, 0, 0, answer);
        add(LOAD, 0, 0, NUMBER);
      }
    }
    add(AT_LEAST, 0, 2, NEWEST + 1);
    add(AT_LEAST, 1, 0, X32_BIT);
    add(RETURN, 0, 0, word(SeccompAction.errno(Errno.ENOSYS.number())));
  }

  private void add(int code, int ifTrue, int ifFalse, int operand) {
    program.add(new Instruction(code, ifTrue, ifFalse, operand));
  }

  /** The oldest calls of all take the shortest way: one comparison, then the rest. */
  private byte[] followedBy(byte[] rest) {
    int first = program.get(1).operand();
    List<Instruction> whole = new ArrayList<>();
    whole.add(program.getFirst());
    whole.add(new Instruction(AT_LEAST, 1, 0, first));
    whole.add(new Instruction(JUMP, 0, 0, program.size() - 1));
    whole.addAll(program.subList(1, program.size()));
    ByteBuffer out =
        ByteBuffer.allocate(whole.size() * INSTRUCTION + rest.length)
            .order(ByteOrder.nativeOrder());
    whole.forEach(instruction -> instruction.putTo(out));
    return out.put(rest).array();
  }

  private static int word(SeccompAction action) {
    return switch (action.kind()) {
      case ALLOW -> 0x7fff_0000;
      case ERRNO -> 0x0005_0000 | action.value();
      default -> throw new IllegalArgumentException("seccomp list: a new call with " + action);
    };
  }
}
