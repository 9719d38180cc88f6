package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.content.LayerForm;
import io.gantry.image.reference.ImageReference;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store whose daemon is killed before each single change that it makes to the disk, which is
 * after the one before; then the store is opened again. Each death is that of a process of its own.
 */
abstract class KillCase {

  static final Duration KEEP = Duration.ofMinutes(10);
  static final Duration KEEP_NOTHING = Duration.ofMillis(1);
  private static final int MOST_POINTS = 200;

  /** How many processes there are at a time. */
  int atATime = 2;

  @TempDir Path folder;
  FakeRegistry registry;

  final byte[] base =
      new TarBytes().directory("etc").file("etc/motd", "hello").symlink("l", "etc").bytes();
  final byte[] top = new TarBytes().file("etc/issue", "you").file(".wh.l", "").bytes();
  final TestImage image = TestImage.of(base, top);

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    registry.push("a/b", "1", image);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  /** What must hold in a store whose daemon was killed. */
  @FunctionalInterface
  interface Aftermath {
    void check(Path root, int point) throws Exception;
  }

  /** Kills at every point until a process lives to its end; {@link #atATime} processes at once. */
  int killEverywhere(String counted, LayerForm form, Aftermath aftermath, String... steps)
      throws Exception {
    AtomicBoolean survived = new AtomicBoolean();
    List<Future<?>> deaths = new ArrayList<>();
    int points = 0;
    try (ExecutorService some = Executors.newFixedThreadPool(atATime)) {
      while (!survived.get() && points < MOST_POINTS) {
        int point = points++;
        deaths.add(
            some.submit(() -> {
              Path root = folder.resolve(counted + "-" + point);
              int code = child(root, point, counted, form, steps);
              assertThat(code).as("point %d", point).isIn(KillChild.KILLED, 0);
              if (code == 0) {
                survived.set(true);
              }
              aftermath.check(root, point);
              return null;
            }));
        if (point % 2 == 1) {
          deaths.get(point - 1).get();
        }
      }
      for (Future<?> death : deaths) {
        death.get();
      }
    }
    assertThat(survived).as("the work comes to its end").isTrue();
    return points;
  }

  private int child(Path root, int point, String counted, LayerForm form, String... steps)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            KillChild.class.getName(),
            root.toString(),
            registry.host(),
            Integer.toString(point),
            counted,
            form.name()));
    command.addAll(List.of(steps));
    Path said = folder.resolve("said-" + root.getFileName());
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("point %d ends", point).isTrue();
    } finally {
      process.destroyForcibly();
    }
    int code = process.exitValue();
    assertThat(code).as("%s", Files.readString(said)).isNotEqualTo(1);
    return code;
  }

  ImageReference reference(String name) throws IOException {
    return ImageReference.parse(registry.reference(name));
  }

  /** With whiteouts, which only cp can copy. */
  static Path copy(Path root) throws Exception {
    Path target = root.resolveSibling(root.getFileName() + "-copy");
    Process cp = new ProcessBuilder("cp", "-a", root.toString(), target.toString()).start();
    assertThat(cp.waitFor()).isZero();
    return target;
  }

  static ImageStore open(Path root, LayerForm form, Duration keepUnused) throws IOException {
    return KillChild.open(root, Linux.syscalls(), form, keepUnused);
  }

  void assertWhole(ImageStore store, Image pulled) throws IOException {
    List<Path> lower = store.layers(pulled);
    assertThat(lower).hasSize(2);
    assertThat(lower.get(0).resolve("etc/issue")).hasContent("you");
    assertThat(Files.exists(lower.get(0).resolve("l"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(lower.get(1).resolve("etc/motd")).hasContent("hello");
    assertThat(lower.get(1).resolve("l")).isSymbolicLink();
    assertThat(store.config(pulled).env()).containsExactly("A=b");
  }

  static Set<String> names(Path root, String folderName) throws IOException {
    try (Stream<Path> entries = Files.list(root.resolve(folderName))) {
      return new TreeSet<>(entries.map(entry -> entry.getFileName().toString()).toList());
    }
  }

  static void awaitDisk(Path root, Set<TestImage> images) throws Exception {
    for (int i = 0; i < 200 && !Expected.of(images).equals(Expected.on(root)); i++) {
      Thread.sleep(20);
    }
    assertDisk(root, images);
  }

  static void assertDisk(Path root, Set<TestImage> images) throws IOException {
    KillChild.awaitEmpty(root.resolve("trash"));
    assertThat(Expected.on(root)).isEqualTo(Expected.of(images));
  }

  /** The names that some images make in each folder of the store. */
  record Expected(Set<String> images, Set<String> layers, Set<String> blobs, Set<String> staging) {

    static Expected of(Set<TestImage> images) {
      Expected expected = new Expected(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), Set.of());
      for (TestImage each : images) {
        expected.images.add(each.id().hex() + ".json");
        expected.blobs.add(each.id().hex());
        expected.blobs.add(each.digest().hex());
        each.diffIds.forEach(diffId -> expected.layers.add(diffId.hex()));
      }
      return expected;
    }

    static Expected on(Path root) throws IOException {
      return new Expected(
          names(root, "images"),
          names(root, "layers"),
          names(root, "blobs/sha256"),
          names(root, "staging"));
    }
  }
}
