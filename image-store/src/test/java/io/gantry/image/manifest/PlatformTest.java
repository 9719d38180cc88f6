package io.gantry.image.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {

  private static Platform platform(String text) {
    String[] parts = text.strip().split("/", -1);
    return new Platform(parts[0], parts[1], parts.length > 2 ? parts[2] : "");
  }

  private static Descriptor named(String platform) {
    return new Descriptor(
        MediaTypes.OCI_MANIFEST,
        Digest.ofBytes(platform.getBytes(StandardCharsets.UTF_8)),
        platform.length());
  }

  private static Descriptor chosen(String machine, String offered) throws ImageException {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (String each : offered.split(" ", -1)) {
      entries.add(new Manifest.Entry(named(each), platform(each)));
    }
    return PlatformChoice.choose(new Manifest.Index(entries), platform(machine), "index x");
  }

  @ParameterizedTest
  @CsvSource({
    "linux/amd64, linux/arm64 linux/amd64, linux/amd64",
    "linux/amd64, linux/amd64/v3 linux/amd64, linux/amd64",
    "linux/amd64, linux/amd64/v2 linux/amd64/v1, linux/amd64/v1",
    "linux/amd64/v3, linux/amd64 linux/amd64/v2, linux/amd64/v2",
    "linux/amd64/v3, linux/amd64/v4 linux/amd64/v3 linux/amd64, linux/amd64/v3",
    "linux/amd64/v3, linux/amd64 unknown/unknown, linux/amd64",
    "linux/arm64/v8, linux/arm/v7 linux/arm64, linux/arm64",
    "linux/arm64/v8, linux/arm64/v9 linux/arm64/v8, linux/arm64/v8",
    "linux/arm64, linux/arm64/v8, linux/arm64/v8",
    "linux/arm, linux/arm/v5 linux/arm/v6, linux/arm/v6",
    "linux/arm/v7, linux/arm/v6 linux/arm/v7 linux/arm/v8, linux/arm/v7",
    "linux/ppc64le, linux/ppc64le/power8 linux/ppc64le, linux/ppc64le",
    "linux/s390x, windows/s390x linux/s390x, linux/s390x"
  })
  void the_best_that_runs_here_is_taken(String machine, String offered, String best)
      throws Exception {
    assertThat(chosen(machine, offered)).isEqualTo(named(best));
  }

  @ParameterizedTest
  @CsvSource({
    "linux/amd64, linux/amd64/v2",
    "linux/amd64, windows/amd64",
    "linux/arm/v6, linux/arm/v7",
    "linux/amd64/v3, linux/amd64/fast"
  })
  void what_runs_nowhere_here_is_told_with_what_there_is(String machine, String offered) {
    assertThatThrownBy(() -> chosen(machine, offered))
        .isInstanceOf(ImageException.NotFound.class)
        .hasMessageContaining("no image for " + machine)
        .hasMessageContaining(offered);
  }

  @Test
  void the_level_of_a_processor_is_that_of_its_features() {
    String second = "flags\t\t: fpu cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3";
    String third = second + " avx avx2 bmi1 bmi2 f16c fma abm movbe xsave";
    String fourth = third + " avx512f avx512bw avx512cd avx512dq avx512vl";

    assertThat(ProcessorLevel.of("").variant()).isEmpty();
    assertThat(ProcessorLevel.of("flags : fpu").variant()).isEmpty();
    assertThat(ProcessorLevel.of("x: 1\n" + second + "\n").variant()).isEqualTo("v2");
    assertThat(ProcessorLevel.of(third).variant()).isEqualTo("v3");
    assertThat(ProcessorLevel.of(fourth + "\n" + second).variant()).isEqualTo("v4");
    assertThat(ProcessorLevel.of(second.replace("popcnt", "") + " avx avx2").variant()).isEmpty();
  }
}
