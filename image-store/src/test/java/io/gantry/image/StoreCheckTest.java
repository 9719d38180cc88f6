package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCheckTest {

  private static final byte[] BASE =
      new TarBytes()
          .directory("etc")
          .file("etc/motd", "hello")
          .directory("etc/deep")
          .directory("etc/deep/er")
          .file("etc/deep/er/still", "x")
          .symlink("l", "etc")
          .hardLink("etc/again", "etc/motd")
          .fifo("p")
          .file("unrelated", "y")
          .bytes();
  private static final byte[] TOP =
      new TarBytes()
          .file("etc/issue", "you")
          .file("twice", "one")
          .file("twice", "two")
          .file(".wh.l", "")
          .file("etc/.wh..wh..opq", "")
          .bytes();

  @TempDir Path folder;
  private Path root;
  private FakeRegistry registry;
  private ImageStore store;
  private Image image;
  private Path base;
  private final TestImage wanted = TestImage.of(BASE, TOP);
  private final Seen seen = new Seen();

  /** What a check told. */
  private static final class Seen implements CheckObserver {
    final List<Finding> findings = new ArrayList<>();
    final List<String> repaired = new ArrayList<>();
    final List<String> notRepaired = new ArrayList<>();
    long done;
    long all;

    @Override
    public void progress(long newDone, long newAll) {
      done = newDone;
      all = newAll;
    }

    @Override
    public void found(Finding finding) {
      findings.add(finding);
    }

    @Override
    public void repaired(String object) {
      repaired.add(object);
    }

    @Override
    public void notRepaired(String object, String reason) {
      notRepaired.add(object + ": " + reason);
    }

    void clear() {
      findings.clear();
      repaired.clear();
      notRepaired.clear();
    }
  }

  @BeforeEach
  void pull() throws IOException {
    root = folder.resolve("store");
    registry = new FakeRegistry();
    registry.push("a/b", "1", wanted);
    store = KillChild.open(root, Linux.syscalls(), Duration.ofMinutes(10));
    ImageReference reference = ImageReference.parse(registry.reference("a/b:1"));
    image = store.pull(reference, RegistryAuth.ANONYMOUS);
    base = store.layers(image).getLast();
  }

  @AfterEach
  void close() {
    store.close();
    registry.close();
  }

  private void check(boolean repair) throws IOException {
    seen.clear();
    store.check(repair, Map.of(), seen);
  }

  private String layer(byte[] tar) {
    return "layer " + Digest.ofBytes(tar);
  }

  /** Writes without a trace in size or time, as a failing disk does. */
  private static void rot(Path file, String content) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    Files.writeString(file, content);
    Files.setLastModifiedTime(file, time);
  }

  @Test
  void a_store_that_is_as_it_was_stored_is_clean() throws Exception {
    check(false);

    assertThat(seen.findings).isEmpty();
    assertThat(seen.all).isPositive();
    assertThat(seen.done).isEqualTo(seen.all);
    store.close();
    store = KillChild.open(root, Linux.syscalls(), Duration.ofMinutes(10));
    check(false);
    assertThat(seen.findings).isEmpty();
  }

  /** One way to spoil a layer. */
  @FunctionalInterface
  private interface Spoiling {
    void run(Path files) throws IOException;
  }

  private void assertFound(String path, String what, Spoiling spoiling) throws IOException {
    spoiling.run(base);

    check(true);
    assertThat(seen.findings)
        .as(what)
        .anySatisfy(finding -> {
          assertThat(finding.object()).isEqualTo(layer(BASE));
          assertThat(finding.path()).isEqualTo(path);
          assertThat(finding.what()).contains(what);
          assertThat(finding.images()).containsExactly(registry.reference("a/b:1"));
        });
    assertThat(seen.repaired).containsExactly(layer(BASE));
    check(false);
    assertThat(seen.findings).as("after repairing: %s", what).isEmpty();
  }

  @Test
  void every_difference_is_found_by_name_and_repaired() throws Exception {
    assertFound("fs/etc/motd", "content differs", files -> rot(files.resolve("etc/motd"), "hellO"));
    assertFound(
        "fs/etc/motd", "size is 6, not 5", files -> rot(files.resolve("etc/motd"), "hello!"));
    assertFound("fs/etc/again", "missing", files -> Files.delete(files.resolve("etc/again")));
    assertFound(
        "fs/etc/deep",
        "mode is 40700, not 40755",
        files ->
            Files.setPosixFilePermissions(
                files.resolve("etc/deep"), PosixFilePermissions.fromString("rwx------")));
    assertFound(
        "fs/etc/deep/er/still",
        "time is 1970-01-01T00:00:01Z",
        files ->
            Files.setLastModifiedTime(
                files.resolve("etc/deep/er/still"), FileTime.fromMillis(1000)));
    assertFound(
        "fs/etc/deep/er/extra",
        "no part of the layer",
        files -> Files.createFile(files.resolve("etc/deep/er/extra")));
    assertFound(
        "fs/l",
        "target is elsewhere, not etc",
        files -> {
          Files.delete(files.resolve("l"));
          Files.createSymbolicLink(files.resolve("l"), Path.of("elsewhere"));
        });
    assertFound(
        "fs/p",
        "another type",
        files -> {
          Files.delete(files.resolve("p"));
          Files.createDirectory(files.resolve("p"));
        });
    assertFound(
        "fs/etc/motd",
        "extended attributes",
        files -> Files.setAttribute(files.resolve("etc/motd"), "user:x", new byte[] {1}));
    assertFound("inventory", "damaged", files -> rot(files.resolveSibling("inventory"), "x"));
    assertFound(
        "inventory", "cannot be read", files -> Files.delete(files.resolveSibling("inventory")));
    assertFound(
        "layer.json", "cannot be read", files -> rot(files.resolveSibling("layer.json"), "{"));
  }

  @Test
  void a_missing_directory_hides_no_difference_beside_it() throws Exception {
    Files.delete(base.resolve("etc/deep/er/still"));
    Files.delete(base.resolve("etc/deep/er"));
    Files.delete(base.resolve("etc/deep"));
    Files.createSymbolicLink(base.resolve("etc/deep"), Path.of("nowhere"));
    rot(base.resolve("unrelated"), "z");

    check(false);

    assertThat(seen.findings)
        .extracting(Finding::path)
        .contains("fs/etc/deep", "fs/unrelated")
        .doesNotContain("fs/etc/deep/er");
  }

  @Test
  void a_layer_that_is_gone_comes_back() throws Exception {
    new ProcessBuilder("rm", "-r", String.valueOf(base.getParent())).start().waitFor();

    check(true);

    assertThat(seen.repaired).containsExactly(layer(BASE));
    assertThat(base.resolve("etc/motd")).hasContent("hello");
    assertThat(Files.exists(base.resolve("l"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void only_what_is_bad_is_downloaded() throws Exception {
    rot(base.resolve("etc/motd"), "hellO");
    registry.requests.clear();

    check(true);

    Digest blob = Digest.ofBytes(TestImage.gzip(BASE));
    assertThat(registry.requests).containsExactly("GET /v2/a/b/blobs/" + blob);
  }

  @Test
  void documents_and_records_are_checked_and_repaired() throws Exception {
    for (Digest document : List.of(wanted.id(), wanted.digest())) {
      rot(root.resolve("blobs/sha256").resolve(document.hex()), "{}");

      check(true);

      assertThat(seen.findings).extracting(Finding::object).containsExactly("document " + document);
      assertThat(seen.repaired).containsExactly("document " + document);
    }
    rot(root.resolve("images").resolve(wanted.id().hex() + ".json"), "{}");
    check(true);
    assertThat(seen.findings)
        .singleElement()
        .satisfies(
            finding -> assertThat(finding.object()).isEqualTo("record of image " + wanted.id()));
    store.close();
    store = KillChild.open(root, Linux.syscalls(), Duration.ofMinutes(10));
    check(false);
    assertThat(seen.findings).isEmpty();
    assertThat(store.list()).containsExactly(image);
  }

  @Test
  void a_layer_that_containers_are_made_of_waits_for_them() throws Exception {
    rot(base.resolve("etc/motd"), "hellO");
    store.hold(image.id(), "c1");
    registry.requests.clear();

    check(true);

    assertThat(seen.notRepaired)
        .singleElement()
        .asString()
        .startsWith(layer(BASE))
        .contains("may have it mounted: c1; remove them");
    assertThat(registry.requests).isEmpty();
    assertThat(base.resolve("etc/motd")).hasContent("hellO");
    store.release("c1");
    check(true);
    assertThat(seen.repaired).containsExactly(layer(BASE));
  }

  @Test
  void a_registry_that_brings_other_bytes_leaves_the_bad_layer_and_says_so() throws Exception {
    rot(base.resolve("etc/motd"), "hellO");
    registry.fault(Digest.ofBytes(TestImage.gzip(BASE)), new FakeRegistry.Fault.Flipped());

    check(true);

    assertThat(seen.notRepaired).singleElement().asString().contains("wrong digest");
    assertThat(base.resolve("etc/motd")).hasContent("hellO");
    assertThat(root.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void a_login_is_for_its_registry_alone() throws Exception {
    rot(base.resolve("etc/motd"), "hellO");
    registry.login(FakeRegistry.Login.BASIC);
    RegistryAuth jane = RegistryAuth.basic("jane", "secret");

    store.check(true, Map.of("elsewhere.test", jane), seen);
    assertThat(seen.notRepaired)
        .singleElement()
        .asString()
        .contains("login REGISTRY=USER:PASSWORD");
    assertThat(registry.credentials).allMatch(String::isEmpty);
    store.check(true, Map.of(registry.host(), jane), seen);

    assertThat(seen.repaired).containsExactly(layer(BASE));
  }

  @Test
  void a_layer_full_of_differences_is_told_in_a_hundred_and_a_number() throws Exception {
    for (int i = 0; i < 150; i++) {
      Files.createFile(base.resolve("etc/extra-" + i));
    }

    check(false);

    assertThat(seen.findings).hasSize(101);
    assertThat(seen.findings.getLast().what()).isEqualTo("51 more files differ");
  }
}
