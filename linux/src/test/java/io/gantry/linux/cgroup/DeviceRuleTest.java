package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.cgroup.DeviceRule.Access;
import io.gantry.linux.cgroup.DeviceRule.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeviceRuleTest {

  private static final DeviceRule NULL_DEVICE = DeviceRule.character(1, 3);
  private static final DeviceRule TERMINALS =
      new DeviceRule(Kind.CHARACTER, 136, DeviceRule.ANY, Set.of(Access.READ, Access.WRITE));
  private static final DeviceRule ANY_NODE =
      new DeviceRule(Kind.BLOCK, DeviceRule.ANY, DeviceRule.ANY, Set.of(Access.MAKE_NODE));
  private static final int MAKE = 1;
  private static final int READ = 2;
  private static final int WRITE = 4;

  private final byte[] program = DeviceProgram.of(List.of(NULL_DEVICE, TERMINALS, ANY_NODE));

  @Test
  void linesAreThoseOfVersionOne() {
    assertThat(NULL_DEVICE.line()).isEqualTo("c 1:3 rwm");
    assertThat(TERMINALS.line()).isEqualTo("c 136:* rw");
    assertThat(ANY_NODE.line()).isEqualTo("b *:* m");
  }

  @Test
  void theProgramAllowsWhatARuleNames() {
    assertThat(run(Kind.CHARACTER, READ | WRITE | MAKE, 1, 3)).isTrue();
    assertThat(run(Kind.CHARACTER, READ, 136, 77)).isTrue();
    assertThat(run(Kind.BLOCK, MAKE, 254, 0)).isTrue();
  }

  @Test
  void theProgramForbidsAllElse() {
    assertThat(run(Kind.BLOCK, READ, 1, 3)).isFalse();
    assertThat(run(Kind.CHARACTER, READ, 1, 4)).isFalse();
    assertThat(run(Kind.CHARACTER, READ, 2, 3)).isFalse();
    assertThat(run(Kind.CHARACTER, MAKE, 136, 0)).isFalse();
    assertThat(run(Kind.CHARACTER, READ | MAKE, 136, 0)).isFalse();
    assertThat(run(Kind.BLOCK, READ | MAKE, 254, 0)).isFalse();
  }

  @Test
  void aRuleThatAllowsNothingIsAMistake() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DeviceRule(Kind.BLOCK, 1, 1, Set.of()));
  }

  /** Runs the program as the kernel would, for the few instructions it is made of. */
  private boolean run(Kind kind, int access, int major, int minor) {
    int[] context = {access << 16 | kind.number(), major, minor};
    int[] register = new int[6];
    ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    for (int at = 0; at < code.capacity(); at += 8) {
      int to = code.get(at + 1) & 0xF;
      int from = code.get(at + 1) >> 4 & 0xF;
      int constant = code.getInt(at + 4);
      switch (Byte.toUnsignedInt(code.get(at))) {
        case 0x61 -> register[to] = context[code.getShort(at + 2) / 4];
        case 0x54 -> register[to] &= constant;
        case 0x74 -> register[to] >>>= constant;
        case 0xBC -> register[to] = register[from];
        case 0xB4 -> register[to] = constant;
        case 0x55 -> at += register[to] != constant ? code.getShort(at + 2) * 8 : 0;
        case 0x95 -> {
          return register[0] == 1;
        }
        default -> throw new IllegalStateException("instruction at " + at);
      }
    }
    throw new IllegalStateException("the program ran over its end");
  }
}
