package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Java writes, C reads: {@code gantry-shim check-plan} prints the same listing. */
class CheckPlanTest {

  private static final long SEED = 20261123;
  private static final int MUTATIONS = 400;

  @TempDir private Path directory;

  private record Checked(int exitCode, String output) {}

  private Checked check(Binary binary, byte[] plan) throws IOException, InterruptedException {
    Path input = directory.resolve("plan");
    Files.write(input, plan);
    Path output = directory.resolve("listing");
    Process process =
        new ProcessBuilder(binary.path().toString(), "check-plan")
            .redirectInput(input.toFile())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int exitCode = process.waitFor();
    return new Checked(exitCode, Files.readString(output, StandardCharsets.UTF_8));
  }

  private static byte[] bytes(Plan plan) {
    ByteBuffer encoded = plan.encode();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(Binary.class)
  void readsEveryStepAsItWasWritten(Binary binary) throws Exception {
    Plan plan = EveryStep.plan();

    assertThat(check(binary, bytes(plan))).isEqualTo(new Checked(0, plan.toString()));
  }

  @ParameterizedTest
  @EnumSource(Binary.class)
  void refusesAPlanCutAtAnyPlace(Binary binary) throws Exception {
    byte[] whole = bytes(EveryStep.plan());

    for (int length = 0; length < whole.length; length += 13) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThat(check(binary, cut).exitCode()).as("cut at %d", length).isEqualTo(1);
    }
  }

  @Test
  void survivesDamagedPlansUnderTheSanitizers() throws Exception {
    Random random = new Random(SEED);
    byte[] whole = bytes(EveryStep.plan());

    for (int round = 0; round < MUTATIONS; round++) {
      byte[] damaged = whole.clone();
      for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      assertThat(check(Binary.SANITIZED, damaged).exitCode())
          .as("round %d of seed %d", round, SEED)
          .isIn(0, 1);
    }
  }

  @Test
  void refusesAPlanWithoutAnEnd() throws Exception {
    Plan endless = Plan.builder().hostname("a").build();

    assertThat(check(Binary.RELEASE, bytes(endless)).exitCode()).isEqualTo(1);
  }
}
