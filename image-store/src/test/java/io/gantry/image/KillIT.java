package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.archive.ImageWriter;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon is killed before each single change that it makes to the disk, which is after the one
 * before; then the store is opened again. Each death is that of a process of its own.
 */
class KillIT {

  private static final int MOST_POINTS = 200;
  private static final Duration KEEP = Duration.ofMinutes(10);
  private static final Duration KEEP_NOTHING = Duration.ofMillis(1);

  @TempDir Path folder;
  private FakeRegistry registry;

  private final byte[] base =
      new TarBytes().directory("etc").file("etc/motd", "hello").symlink("l", "etc").bytes();
  private final byte[] top = new TarBytes().file("etc/issue", "you").file(".wh.l", "").bytes();
  private final TestImage image = TestImage.of(base, top);

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
  private interface Aftermath {
    void check(Path root, int point) throws Exception;
  }

  /** Kills at every point until a process lives to its end; two processes at a time. */
  private int killEverywhere(String counted, Aftermath aftermath, String... steps)
      throws Exception {
    AtomicBoolean survived = new AtomicBoolean();
    List<Future<?>> deaths = new ArrayList<>();
    int points = 0;
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      while (!survived.get() && points < MOST_POINTS) {
        int point = points++;
        deaths.add(
            two.submit(() -> {
              Path root = folder.resolve(counted + "-" + point);
              int code = child(root, point, counted, steps);
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

  private int child(Path root, int point, String counted, String... steps) throws Exception {
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
            counted));
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

  private ImageReference reference(String name) throws IOException {
    return ImageReference.parse(registry.reference(name));
  }

  @Test
  void a_pull_that_is_killed_anywhere_leaves_nothing_half_and_the_next_one_goes_on()
      throws Exception {
    int points =
        killEverywhere(
            "work",
            (root, point) -> {
              nobodyComes(copy(root));
              pullAgain(root, point);
            },
            "!",
            "pull a/b:1");

    assertThat(points).isGreaterThan(25);
  }

  /** Layers that a killed pull completed go when nobody comes for them. */
  private void nobodyComes(Path root) throws Exception {
    try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP_NOTHING)) {
      awaitDisk(root, store.list().isEmpty() ? Set.of() : Set.of(image));
    }
  }

  /** With whiteouts, which only cp can copy. */
  private static Path copy(Path root) throws Exception {
    Path target = root.resolveSibling(root.getFileName() + "-copy");
    Process cp = new ProcessBuilder("cp", "-a", root.toString(), target.toString()).start();
    assertThat(cp.waitFor()).isZero();
    return target;
  }

  /** The requests are counted by a registry of its own, because two points are tried at a time. */
  private void pullAgain(Path root, int point) throws Exception {
    try (FakeRegistry other = new FakeRegistry();
        ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP)) {
      other.push("a/b", "1", image);
      assertThat(store.list()).as("point %d", point).hasSizeLessThanOrEqualTo(1);
      Set<Digest> here = layersOnDisk(root);
      assertOnlyWhole(root, point);

      ImageReference again = ImageReference.parse(other.reference("a/b:1"));
      Image pulled = store.pull(again, RegistryAuth.ANONYMOUS);

      for (byte[] layer : List.of(base, top)) {
        int downloads = here.contains(Digest.ofBytes(layer)) ? 0 : 1;
        assertThat(other.timesServed(Digest.ofBytes(TestImage.gzip(layer))))
            .as("point %d, downloads of a layer", point)
            .isEqualTo(downloads);
      }
      assertWhole(store, pulled);
      assertThat(store.list()).hasSize(1);
      assertDisk(root, Set.of(image));
    }
  }

  @Test
  void a_removal_that_is_killed_anywhere_has_happened_or_not() throws Exception {
    int points = killEverywhere("work", this::removeAgain, "pull a/b:1", "!", "remove a/b:1");

    assertThat(points).isGreaterThan(6);
  }

  private void removeAgain(Path root, int point) throws Exception {
    try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP_NOTHING)) {
      if (point == 0) {
        assertWhole(store, store.list().getFirst());
      }
      for (Image left : store.list()) {
        store.remove(left.id());
      }
      awaitDisk(root, Set.of());
      assertWhole(store, store.pull(reference("a/b:1"), RegistryAuth.ANONYMOUS));
      awaitDisk(root, Set.of(image));
    }
  }

  @Test
  void deleting_what_was_removed_goes_on_in_the_next_life() throws Exception {
    int points =
        killEverywhere(
            "trash",
            (root, point) -> {
              try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP)) {
                assertThat(store.list()).isEmpty();
                awaitDisk(root, Set.of());
              }
            },
            "pull a/b:1",
            "!",
            "remove a/b:1");

    assertThat(points).isGreaterThan(8);
  }

  @Test
  void an_image_that_is_held_stays_whole_until_it_is_let_go() throws Exception {
    killEverywhere(
        "work", this::letGo, "pull a/b:1", "!", "hold a/b:1", "remove a/b:1", "release c1");
  }

  private void letGo(Path root, int point) throws Exception {
    try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP_NOTHING)) {
      for (Map.Entry<String, Digest> held : store.holds().entrySet()) {
        ImageHold hold = store.hold(held.getValue(), held.getKey());
        assertThat(hold.layers().getLast().resolve("etc/motd"))
            .as("point %d", point)
            .hasContent("hello");
        store.release(hold.owner());
      }
      for (Image left : store.list()) {
        store.remove(left.id());
      }
      awaitDisk(root, Set.of());
    }
  }

  @Test
  void a_hidden_image_that_comes_back_is_listed_or_hidden_never_both() throws Exception {
    String[] steps = {"pull a/b:1", "hold a/b:1", "remove a/b:1", "!", "pull a/b:1", "release c1"};
    int points =
        killEverywhere(
            "work",
            (root, point) -> {
              pullListed(root, point);
              letGo(root, point);
            },
            steps);

    assertThat(points).isGreaterThan(6);
  }

  /** Once the record is written the image is there, whatever becomes of the hold. */
  private void pullListed(Path root, int point) throws Exception {
    boolean listed = Files.exists(root.resolve("images/" + image.id().hex() + ".json"));
    try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP)) {
      assertThat(store.list()).as("point %d", point).hasSize(listed ? 1 : 0);
    }
  }

  @Test
  void a_tag_that_moves_belongs_to_one_image_and_never_comes_back() throws Exception {
    registry.push("a/c", "1", image);
    Path archive = archive(registry.reference("a/c:1"), "x");

    killEverywhere("work", this::tagIsUnique, "pull a/c:1", "!", "import " + archive);
  }

  private void tagIsUnique(Path root, int point) throws Exception {
    String tag = registry.reference("a/c:1");
    Digest owner;
    try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP)) {
      assertThat(store.list().stream().filter(each -> each.repoTags().contains(tag)))
          .as("point %d", point)
          .hasSize(1);
      owner = store.find(tag).orElseThrow().id();
      store.remove(owner);
    }
    try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP)) {
      assertThat(store.find(tag)).as("point %d", point).isEmpty();
      assertThat(store.find(owner.toString())).isEmpty();
    }
  }

  @Test
  void an_import_that_is_killed_anywhere_can_be_tried_again() throws Exception {
    Path archive = archive("localhost/demo/tool:1", "x");
    int points =
        killEverywhere(
            "work",
            (root, point) -> {
              try (ImageStore store = KillChild.open(root, Linux.syscalls(), KEEP);
                  var stream = Files.newInputStream(archive)) {
                assertThat(store.list()).hasSizeLessThanOrEqualTo(1);
                Image imported = store.importArchive(stream, null).getFirst();
                assertThat(store.layers(imported).getFirst().resolve("etc/motd")).hasContent("x");
                assertThat(store.list()).hasSize(1);
                KillChild.awaitEmpty(root.resolve("trash"));
                assertThat(names(root, "staging")).isEmpty();
              }
            },
            "!",
            "import " + archive);

    assertThat(points).isGreaterThan(10);
  }

  private Path archive(String name, String content) throws IOException {
    Path file = folder.resolve("archive.tar");
    new ImageWriter(ImageReference.parse(name), new Platform("linux", "amd64", ""))
        .text("/etc/motd", content, 0644)
        .write(file);
    return file;
  }

  private void assertWhole(ImageStore store, Image pulled) throws IOException {
    List<Path> lower = store.layers(pulled);
    assertThat(lower).hasSize(2);
    assertThat(lower.get(0).resolve("etc/issue")).hasContent("you");
    assertThat(Files.exists(lower.get(0).resolve("l"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(lower.get(1).resolve("etc/motd")).hasContent("hello");
    assertThat(lower.get(1).resolve("l")).isSymbolicLink();
    assertThat(store.config(pulled).env()).containsExactly("A=b");
  }

  private static Set<Digest> layersOnDisk(Path root) throws IOException {
    Set<Digest> layers = new TreeSet<>();
    for (String name : names(root, "layers")) {
      layers.add(Digest.parse("sha256:" + name));
    }
    return layers;
  }

  /** Each layer on disk has the last entry of its tar. */
  private static void assertOnlyWhole(Path root, int point) throws IOException {
    for (String name : names(root, "layers")) {
      Path layer = root.resolve("layers").resolve(name);
      assertThat(layer.resolve("layer.json")).as("point %d", point).isNotEmptyFile();
      boolean last =
          Stream.of("fs/l", "fs/etc/motd")
              .allMatch(each -> Files.exists(layer.resolve(each), LinkOption.NOFOLLOW_LINKS));
      assertThat(last || Files.exists(layer.resolve("fs/etc/issue")))
          .as("point %d, the last entry of layer %s", point, name)
          .isTrue();
    }
  }

  private static Set<String> names(Path root, String folderName) throws IOException {
    try (Stream<Path> entries = Files.list(root.resolve(folderName))) {
      return new TreeSet<>(entries.map(entry -> entry.getFileName().toString()).toList());
    }
  }

  private static void awaitDisk(Path root, Set<TestImage> images) throws Exception {
    for (int i = 0; i < 200 && !Expected.of(images).equals(Expected.on(root)); i++) {
      Thread.sleep(20);
    }
    assertDisk(root, images);
  }

  private static void assertDisk(Path root, Set<TestImage> images) throws IOException {
    KillChild.awaitEmpty(root.resolve("trash"));
    assertThat(Expected.on(root)).isEqualTo(Expected.of(images));
  }

  /** The names that some images make in each folder of the store. */
  private record Expected(
      Set<String> images, Set<String> layers, Set<String> blobs, Set<String> staging) {

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
