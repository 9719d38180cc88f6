package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.archive.ImageWriter;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.manifest.Platform;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {

  private static final Platform AMD64 = new Platform("linux", "amd64", "");

  @TempDir Path folder;
  private ImageStore store;

  private final byte[] layer = new TarBytes().file("hello", "world").bytes();

  @BeforeEach
  void open() throws ImageException {
    store =
        ImageStore.open(
            StoreSettings.pinned(folder.resolve("store"), "docker.io/demo/tool:1"),
            Linux.syscalls());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private List<Image> take(byte[] archive, @Nullable String name) throws ImageException {
    return store.importArchive(
        new ByteArrayInputStream(archive), name == null ? null : ImageReference.parse(name));
  }

  private ImageWriter tool() throws IOException {
    Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
    return new ImageWriter(ImageReference.parse("demo/tool:1"), AMD64)
        .run(
            new ImageWriter.Run(
                List.of("/bin/tool"),
                List.of("--serve"),
                List.of("A=1", "B=2"),
                "65534:65534",
                "/srv",
                Map.of("made.by", "test")))
        .add(script, "/bin/tool")
        .directory("/tmp", 01777)
        .symlink("/bin/alias", "tool")
        .text("/etc/" + "deep/".repeat(30) + "motd", "hi", 0600);
  }

  private byte[] written(ImageWriter writer) throws IOException {
    Path file = folder.resolve("out.tar");
    writer.write(file);
    return Files.readAllBytes(file);
  }

  @Test
  void our_own_archive_comes_back_with_files_and_config() throws Exception {
    Image image = take(written(tool()), null).getFirst();

    assertThat(image.repoTags()).containsExactly("docker.io/demo/tool:1");
    assertThat(image.repoDigests().getFirst()).startsWith("docker.io/demo/tool@sha256:");
    assertThat(image.pinned()).isTrue();
    assertThat(image.user().uid()).hasValue(65534);
    Path files = store.layers(image).getFirst();
    assertThat(files.resolve("bin/tool")).hasContent("#!/bin/sh");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("bin/tool"))))
        .isEqualTo("rwxr-x--x");
    assertThat(Files.getAttribute(files.resolve("tmp"), "unix:mode")).isEqualTo(0041777);
    assertThat(files.resolve("etc/" + "deep/".repeat(30) + "motd")).hasContent("hi");
    ImageConfig config = store.config(image);
    assertThat(config.entrypoint()).containsExactly("/bin/tool");
    assertThat(config.cmd()).containsExactly("--serve");
    assertThat(config.env()).containsExactly("A=1", "B=2");
    assertThat(config.workingDir()).isEqualTo("/srv");
    assertThat(config.labels()).containsEntry("made.by", "test");
  }

  @Test
  void who_watches_sees_the_layers_of_every_image() throws Exception {
    byte[] archive = written(tool());
    Progress first = new Progress();
    Progress again = new Progress();

    store.importArchive(new ByteArrayInputStream(archive), null, first);
    store.importArchive(new ByteArrayInputStream(archive), null, again);

    assertThat(first.layers())
        .isNotEmpty()
        .allMatch(layer -> layer.stage() == LayerProgress.Stage.DONE)
        .allMatch(layer -> layer.bytes() == layer.size());
    assertThat(again.layers())
        .hasSameSizeAs(first.layers())
        .allMatch(layer -> layer.stage() == LayerProgress.Stage.PRESENT);
  }

  @Test
  void a_hard_link_is_another_name_of_its_file_wherever_that_sorts() throws Exception {
    byte[] archive = written(tool().hardLink("/bin/[", "/bin/tool").hardLink("/z", "bin/tool"));

    Path files = store.layers(take(archive, null).getFirst()).getFirst();

    Object file = Files.getAttribute(files.resolve("bin/tool"), "unix:ino");
    assertThat(Files.getAttribute(files.resolve("bin/["), "unix:ino")).isEqualTo(file);
    assertThat(Files.getAttribute(files.resolve("z"), "unix:ino")).isEqualTo(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("z"))))
        .isEqualTo("rwxr-x--x");
  }

  @Test
  void a_hard_link_to_nothing_is_refused() {
    assertThatThrownBy(() -> written(tool().hardLink("/bin/x", "/bin/alias")))
        .hasMessageContaining("no file bin/alias");
  }

  @Test
  void the_same_input_gives_the_same_archive() throws Exception {
    assertThat(written(tool())).isEqualTo(written(tool()));
  }

  @Test
  void a_name_can_be_given_and_the_archive_can_be_compressed() throws Exception {
    Image image = take(TestImage.gzip(written(tool())), "localhost:5000/mine:2").getFirst();

    assertThat(image.repoTags()).containsExactly("localhost:5000/mine:2");
    assertThat(store.find("localhost:5000/mine:2")).contains(image);
  }

  private byte[] dockerArchive(String repoTags, byte[] layerBytes) {
    TestImage image = TestImage.docker(layer);
    String config = image.id().hex() + ".json";
    String manifest =
        "[{\"Config\":\"%s\",\"RepoTags\":%s,\"Layers\":[\"abc/layer.tar\"]}]"
            .formatted(config, repoTags);
    return new TarBytes()
        .file(config, 0644, image.config)
        .directory("real")
        .file("real/layer.tar", 0644, layerBytes)
        .symlink("abc/layer.tar", "../real/layer.tar")
        .file("manifest.json", manifest)
        .bytes();
  }

  @Test
  void a_docker_archive_is_taken_with_its_names() throws Exception {
    Image image =
        take(dockerArchive("[\"tool:1\",\"example.com/tool:2\"]", layer), null).getFirst();

    assertThat(image.repoTags()).containsExactly("docker.io/library/tool:1", "example.com/tool:2");
    assertThat(image.repoDigests()).isEmpty();
    assertThat(store.layers(image).getFirst().resolve("hello")).hasContent("world");
  }

  @Test
  void a_docker_archive_with_compressed_layers_or_without_names_is_taken() throws Exception {
    Image image = take(dockerArchive("null", TestImage.gzip(layer)), null).getFirst();

    assertThat(image.repoTags()).isEmpty();
    assertThat(store.find(image.id().toString())).contains(image);
  }

  private void assertRefused(byte[] archive, String why) throws IOException {
    assertThatThrownBy(() -> take(archive, null))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(why);
    assertThat(store.list()).isEmpty();
    for (String part : List.of("layers", "images", "staging", "blobs/sha256")) {
      try (Stream<Path> left = Files.list(folder.resolve("store").resolve(part))) {
        assertThat(left).as(part).isEmpty();
      }
    }
  }

  @Test
  void what_is_no_archive_is_refused_and_leaves_nothing() throws Exception {
    assertRefused(new byte[0], "neither index.json");
    assertRefused(TestImage.text("hello"), "middle of an entry");
    assertRefused(new TarBytes().file("x", "y").bytes(), "neither index.json");
    assertRefused(
        new TarBytes().file("manifest.json", "[{\"Config\":\"../../etc/passwd\"}]").bytes(),
        "no file ../../etc/passwd");
  }

  @Test
  void a_layer_that_is_not_what_the_config_says_is_refused() throws Exception {
    byte[] other = new TarBytes().file("hello", "WORLD").bytes();

    assertRefused(dockerArchive("[]", other), "wrong digest");
  }

  @Test
  void an_oci_layout_with_a_changed_blob_is_refused() throws Exception {
    TestImage image = TestImage.of(layer);
    TarBytes tar =
        new TarBytes()
            .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
            .file(
                "index.json",
                0644,
                TestImage.index(
                    TestImage.descriptor(image.mediaType, image.digest(), image.manifest.length)))
            .file("blobs/sha256/" + image.digest().hex(), 0644, image.manifest);
    image.blobs.forEach((digest, bytes) -> {
      byte[] changed = bytes.clone();
      changed[bytes.length / 2] ^= 1;
      tar.file("blobs/sha256/" + digest.hex(), 0644, changed);
    });

    assertRefused(tar.bytes(), "wrong digest");
  }

  @Test
  void the_image_for_this_machine_is_taken_from_a_layout_of_many() throws Exception {
    TestImage mine = TestImage.of(layer);
    TestImage other = TestImage.docker(layer);
    TarBytes tar =
        new TarBytes()
            .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
            .file(
                "index.json",
                0644,
                TestImage.index(
                    other.entry("linux", "arm64", ""), mine.entry("linux", "amd64", "")));
    for (TestImage image : List.of(mine, other)) {
      tar.file("blobs/sha256/" + image.digest().hex(), 0644, image.manifest);
      image.blobs.forEach((digest, bytes) -> tar.file(path(digest), 0644, bytes));
    }

    assertThat(take(tar.bytes(), null)).extracting(Image::id).containsExactly(mine.id());
  }

  private static String path(Digest digest) {
    return "blobs/sha256/" + digest.hex();
  }
}
