package io.gantry.metrics.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What trees take on disk, and who adds it up. */
class TreeSizesTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path directory;

  private final TreeSizes sizes = new TreeSizes(Linux.syscalls(), () -> {});

  @AfterEach
  void close() {
    sizes.close();
    assertThat(sizes.works()).isFalse();
  }

  private static long blocks(Path file) throws IOException {
    Process du = new ProcessBuilder("du", "-s", "-B1", file.toString()).start();
    return Long.parseLong(
        new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
            .split("\t", 2)[0]);
  }

  private TreeWalk.Size size() throws IOException {
    return TreeWalk.size(Linux.syscalls(), directory);
  }

  @Test
  void aTreeIsAddedUpAsDuDoesIt() throws IOException {
    Files.createDirectories(directory.resolve("a/b/c"));
    Files.write(directory.resolve("a/large"), new byte[300_000]);
    Files.write(directory.resolve("a/b/small"), new byte[1]);
    Files.createSymbolicLink(directory.resolve("a/link"), Path.of("/"));
    Files.createLink(directory.resolve("a/b/c/again"), directory.resolve("a/large"));
    Files.createLink(directory.resolve("third"), directory.resolve("a/large"));

    assertThat(size().bytes()).isEqualTo(blocks(directory));
    assertThat(size().inodes()).isEqualTo(1 + 3 + 1 + 1 + 1);
  }

  @Test
  void holesTakeNothing() throws IOException {
    try (var file = new java.io.RandomAccessFile(directory.resolve("hole").toFile(), "rw")) {
      file.setLength(1L << 30);
    }
    assertThat(size().bytes()).isLessThan(1 << 20);
  }

  @Test
  void aTreeDeeperThanDescriptorsLastIsCountedDownToThere() throws IOException {
    Path deep = directory;
    for (int i = 0; i < TreeWalk.MOST_LEVELS + 20; i++) {
      deep = deep.resolve("d");
    }
    Files.createDirectories(deep);

    assertThat(size().inodes()).isEqualTo(TreeWalk.MOST_LEVELS + 1);
  }

  @Test
  void theFirstQuestionWaitsForTheAnswerAndTheNextGetsTheSame() throws IOException {
    Files.write(directory.resolve("file"), new byte[100_000]);
    Map<String, TreeSizes.Usage> first = sizes.usages(Map.of("a", directory), Set.of(), LONG);
    Files.write(directory.resolve("more"), new byte[100_000]);

    assertThat(first).containsOnlyKeys("a");
    assertThat(first.values()).allMatch(usage -> usage.bytes() > 100_000);
    assertThat(sizes.usages(Map.of("a", directory), Set.of(), LONG)).isEqualTo(first);
    assertThat(sizes.works()).isTrue();
  }

  @Test
  void aTreeThatIsGoneHasNoAnswerAndKeepsNobodyWaiting() {
    long begin = System.nanoTime();
    assertThat(sizes.usages(Map.of("a", directory.resolve("no")), Set.of(), LONG)).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
  }

  @Test
  void whoIsNotNamedAnyMoreIsForgotten() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    sizes.usages(Map.of("a", directory, "b", other), Set.of(), LONG);
    sizes.usages(Map.of("a", directory), Set.of(), LONG);

    // Asked without patience, a tree that is remembered has an answer and a new one has none.
    assertThat(sizes.usages(Map.of("a", directory, "b", other), Set.of(), Duration.ZERO))
        .containsOnlyKeys("a");
  }

  @Test
  void whoAsksForOneDoesNotMakeTheOthersForgotten() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    sizes.usages(Map.of("a", directory, "b", other), Set.of(), LONG);
    sizes.usages(Map.of("a", directory), Set.of("b"), LONG);

    assertThat(sizes.usages(Map.of("b", other), Set.of(), Duration.ZERO)).containsOnlyKeys("b");
  }

  @Test
  void oneHugeTreeDoesNotKeepTheOthersWaitingForItsSize() {
    assertThat(TreeSizes.rest(Duration.ofMillis(100).toNanos()))
        .isEqualTo(Duration.ofMillis(900).toNanos());
    assertThat(TreeSizes.rest(Duration.ofMinutes(5).toNanos()))
        .isEqualTo(Duration.ofSeconds(20).toNanos());
  }

  @Test
  void afterTheEndNothingIsAddedUp() {
    sizes.close();
    assertThat(sizes.usages(Map.of("a", directory), Set.of(), LONG)).isEmpty();
    assertThat(sizes.works()).isFalse();
  }
}
