package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanTest {

  @Test
  void bytesAreTheFormatOfTheManual() {
    Plan plan =
        Plan.builder()
            .hostname("é")
            .cloneInto(Set.of(Namespace.UTS))
            .exec(List.of("a", ""), List.of())
            .build();

    assertThat(hex(plan.encode()))
        .isEqualTo(
            "47504c31" // magic
                + "4c000000" // 76 bytes in all
                + "00000000" // no descriptors
                + "0e000000" // 14 bytes of the shim's own steps
                + "26000000" // 38 bytes of the process's steps
                + "00000000"
                + "0100"
                + "08000000"
                + "0000000400000000" // clone CLONE_NEWUTS
                + "2e00"
                + "07000000"
                + "03000000"
                + "c3a900" // hostname
                + "3e00"
                + "13000000" // exec
                + "02000000"
                + "02000000"
                + "6100"
                + "01000000"
                + "00"
                + "00000000");
  }

  @Test
  void descriptorsAreCountedOnceInTheOrderOfTheirFirstUse() {
    Fd first = Fd.owning(100, number -> {});
    Fd second = Fd.owning(101, number -> {});

    Plan plan =
        Plan.builder().tasks(first).tasks(second).killTasks(first).attachRoot(second).build();

    assertThat(plan.descriptors()).containsExactly(first, second);
    assertThat(plan.toString())
        .isEqualTo("tasks fd0\ntasks fd1\nkill_tasks fd0\nattach_root fd1 \"/\"\n");
  }

  @Test
  void listingQuotesWhatIsNotPlainText() {
    Plan plan = Plan.builder().chdir("/a \"b\"\\\n").oomScoreAdj(-5).build();

    assertThat(plan.toString())
        .isEqualTo("chdir \"/a \\x22b\\x22\\x5c\\x0a\" 1\noom_score_adj -5\n");
  }

  @Test
  void refusesTextThatTheKernelWouldCut() {
    assertThatThrownBy(() -> Plan.builder().hostname("a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  @Test
  void refusesToEncodeMoreThanTheShimTakes() {
    Plan plan = Plan.builder().seccomp(new byte[Plan.LARGEST]).build();

    assertThatThrownBy(plan::encode).hasMessageContaining("larger than the shim takes");
  }

  private static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }
}
