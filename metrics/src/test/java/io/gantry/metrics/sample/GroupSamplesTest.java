package io.gantry.metrics.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How readings become rates, and when they are taken. */
class GroupSamplesTest {

  private static final Instant BEGIN = Instant.ofEpochSecond(1_700_000_000L);

  @TempDir private Path directory;

  private long passed;
  private long wallSkew;
  private GroupDirectories group = controller -> java.util.Optional.empty();
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneOffset getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return BEGIN.plusNanos(passed).plusSeconds(wallSkew);
        }
      };
  private final GroupSamples samples =
      new GroupSamples(
          new VersionOneReader(new KernelFile(Linux.syscalls())), clock, () -> passed - 500);

  @BeforeEach
  void makeGroup() throws IOException {
    group = Groups.versionOne(Groups.copyOf("one", directory));
    used(0);
  }

  private void used(long nanos) throws IOException {
    Files.writeString(directory.resolve("cpuacct/cpuacct.usage"), nanos + "\n");
  }

  private void pass(Duration time) {
    passed += time.toNanos();
  }

  private GroupSamples.Sample sample() throws IOException {
    return samples.sample("a", group, null).orElseThrow();
  }

  @Test
  void theFirstReadingHasNoRateAndTheNextOneTheMeanOfTheTimeBetween() throws IOException {
    assertThat(sample().nanoCores()).isEmpty();
    used(5_000_000_000L);
    pass(Duration.ofSeconds(10));

    assertThat(sample().nanoCores()).hasValue(500_000_000);
  }

  @Test
  void whoAsksAgainAtOnceGetsTheSameAnswer() throws IOException {
    GroupSamples.Sample first = sample();
    used(1_000_000);
    pass(GroupSamples.LONGEST_AGE.minusNanos(1));
    assertThat(sample()).isSameAs(first);

    pass(Duration.ofNanos(1));
    assertThat(sample().usage().cpuNanos()).hasValue(1_000_000);
  }

  @Test
  void aClockThatIsSetDoesNotBendTheRate() throws IOException {
    sample();
    used(1_000_000_000L);
    pass(Duration.ofSeconds(2));
    wallSkew = -3600;

    assertThat(sample().nanoCores()).hasValue(500_000_000);
  }

  @Test
  void aYoungGroupIsMeasuredFromItsBirth() throws IOException {
    used(300_000_000);
    pass(Duration.ofSeconds(1));

    assertThat(samples.sample("a", group, BEGIN).orElseThrow().nanoCores()).hasValue(300_000_000);
  }

  @Test
  void tooShortAndTooLongAWindowGivesNoRate() throws IOException {
    pass(GroupSamples.SHORTEST_WINDOW.minusNanos(1));
    assertThat(samples.sample("young", group, BEGIN).orElseThrow().nanoCores()).isEmpty();
    sample();
    pass(GroupSamples.LONGEST_WINDOW.plusNanos(1));
    assertThat(sample().nanoCores()).isEmpty();
    assertThat(samples.sample("old", group, BEGIN).orElseThrow().nanoCores()).isEmpty();
  }

  @Test
  void aCounterThatWentBackGivesNoRate() throws IOException {
    used(10);
    sample();
    used(5);
    pass(Duration.ofSeconds(1));

    assertThat(sample().nanoCores()).isEqualTo(OptionalLong.empty());
  }

  @Test
  void aGroupThatIsGoneIsForgotten() throws IOException {
    sample();
    pass(Duration.ofSeconds(1));

    assertThat(samples.sample("a", Groups.versionOne(directory.resolve("no")), null)).isEmpty();
    assertThat(samples.size()).isZero();
    assertThat(sample().nanoCores()).isEmpty();
  }

  @Test
  void onlyWhatIsThereIsRemembered() throws IOException {
    sample();
    samples.sample("b", group, null);
    samples.retain(Set.of("b"));

    assertThat(samples.size()).isEqualTo(1);
  }
}
