package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.image.archive.ImageWriter;
import io.gantry.image.error.ImageException;
import io.gantry.image.hosts.HostsDirectory;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoints;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealRegistryIT {

  @TempDir static Path folder;
  private RealRegistry registry;
  private ImageStore store;
  private Path root;
  private Digest id;
  private int stores;

  @BeforeAll
  void push() throws Exception {
    assumeTrue(RealRegistry.isInstalled(), "docker-registry and skopeo are not installed");
    registry = new RealRegistry(folder);
    Path tar = folder.resolve("tool.tar");
    id =
        new ImageWriter(ImageReference.parse("demo/tool:1"), Platform.ofMachine())
            .run(
                new ImageWriter.Run(
                    List.of("/bin/busybox"), List.of("sh"), List.of("A=1"), "", "/", Map.of()))
            .add(Path.of("/bin/busybox"), "/bin/busybox")
            .symlink("/bin/sh", "busybox")
            .text("/etc/motd", "hello", 0640)
            .write(tar);
    registry.push("oci-archive:" + tar, "demo/tool:1");
    registry.push("oci-archive:" + tar, "demo/docker:1", "--format=v2s2");
    registry.push("oci-archive:" + tar, "demo/zstd:1", "--dest-compress-format=zstd");
  }

  @AfterAll
  void end() {
    if (registry != null) {
      registry.close();
    }
  }

  @BeforeEach
  void open() throws ImageException {
    root = folder.resolve("store-" + ++stores);
    store = ImageStore.open(ImageStoreSettings.at(root), Linux.syscalls());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Image pull(String name) throws ImageException {
    return store.pull(ImageReference.parse(registry.host() + "/" + name), RegistryAuth.ANONYMOUS);
  }

  private void assertWhole(Image image) throws IOException {
    Path files = store.layers(image).getFirst();
    assertThat(files.resolve("bin/busybox"))
        .hasBinaryContent(Files.readAllBytes(Path.of("/bin/busybox")));
    assertThat(files.resolve("etc/motd")).hasContent("hello");
    assertThat(Files.readSymbolicLink(files.resolve("bin/sh"))).hasToString("busybox");
    assertThat(store.config(image).entrypoint()).containsExactly("/bin/busybox");
  }

  @Test
  void an_oci_image_comes_by_tag_and_by_the_digest_it_was_given() throws Exception {
    Image byTag = pull("demo/tool:1");
    assertWhole(byTag);
    assertThat(byTag.id()).isEqualTo(id);
    String digest = byTag.repoDigests().getFirst();

    store.remove(byTag.id());
    Image byDigest = store.pull(ImageReference.parse(digest), RegistryAuth.ANONYMOUS);

    assertWhole(byDigest);
    assertThat(byDigest.repoTags()).isEmpty();
    assertThat(byDigest.repoDigests()).containsExactly(digest);
  }

  @Test
  void a_docker_schema_2_image_comes_too() throws Exception {
    assertWhole(pull("demo/docker:1"));
  }

  @Test
  void a_zstd_image_comes_too() throws Exception {
    assertWhole(pull("demo/zstd:1"));
  }

  @Test
  void an_image_comes_through_a_mirror_under_its_own_name() throws Exception {
    Path hosts = Files.createDirectories(folder.resolve("certs.d/registry.example"));
    Files.writeString(hosts.resolve("hosts.toml"), "server = \"http://" + registry.host() + "\"\n");
    ImageStoreSettings usual = ImageStoreSettings.at(folder.resolve("mirrored"));
    ImageStoreSettings mirrored =
        usual.withRegistry(
            usual
                .registry()
                .withEndpoints(new HostsDirectory(folder.resolve("certs.d"), Endpoints.DIRECT)));

    try (ImageStore other = ImageStore.open(mirrored, Linux.syscalls())) {
      Image image =
          other.pull(ImageReference.parse("registry.example/demo/tool:1"), RegistryAuth.ANONYMOUS);

      assertThat(image.id()).isEqualTo(id);
      assertThat(image.repoTags()).containsExactly("registry.example/demo/tool:1");
      assertThat(other.layers(image).getFirst().resolve("etc/motd")).hasContent("hello");
    }
  }

  @Test
  void what_is_pushed_is_inspected_by_skopeo_and_pulled_again() throws Exception {
    Image image = pull("demo/docker:1");
    ImageReference name = ImageReference.parse(registry.host() + "/demo/pushed:2");

    PushedImage pushed = store.push(image, name, RegistryAuth.ANONYMOUS);

    assertThat(pushed.sent()).isEqualTo(1);
    String inspected =
        ForeignTool.of(folder, "skopeo", "--insecure-policy")
            .run("inspect", "--tls-verify=false", "docker://" + name);
    assertThat(inspected).contains("\"Digest\": \"" + pushed.image().manifest() + "\"", "\"A=1\"");
    store.remove(image.id());
    assertWhole(pull("demo/pushed:2"));
    assertThat(
            store
                .push(
                    pull("demo/pushed:2"),
                    ImageReference.parse(name + "-again"),
                    RegistryAuth.ANONYMOUS)
                .present())
        .isEqualTo(1);
  }

  /** Larger than two of the smallest pieces. */
  private Image large() throws IOException {
    byte[] noise = new byte[5 << 19];
    new Random(17).nextBytes(noise);
    byte[] archive = PushTest.archive(new TarBytes().file("noise", 0644, noise).bytes());
    return store
        .importArchive(new ByteArrayInputStream(archive), ImageReference.parse("large:1"))
        .getFirst();
  }

  private void assertArrived(PushedImage pushed, String name) throws ImageException {
    assertThat(pushed.sent()).isEqualTo(1);
    assertThat(pull(name).id()).isEqualTo(pushed.image().id());
  }

  @Test
  void a_blob_goes_in_pieces_where_one_request_is_too_large_and_a_lost_piece_goes_again()
      throws Exception {
    try (FussyProxy proxy = new FussyProxy(registry.host(), 1 << 20)) {
      proxy.lost = 2;

      PushedImage pushed =
          store.push(
              large(),
              ImageReference.parse(proxy.host() + "/demo/pieces:1"),
              RegistryAuth.ANONYMOUS);

      assertArrived(pushed, "demo/pieces:1");
      assertThat(proxy.pieces)
          .as("it went on and did not begin anew")
          .hasSize(4)
          .startsWith("0-1048575", "1048576-2097151", "1048576-2097151");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {20_000, 700_000, 2_500_000})
  void an_upload_whose_connection_is_cut_in_the_middle_arrives_whole(int bytes) throws Exception {
    try (CuttingRelay relay = new CuttingRelay(registry.host(), bytes)) {
      String name = "demo/cut-" + bytes + ":1";

      PushedImage pushed =
          store.push(
              large(), ImageReference.parse(relay.host() + "/" + name), RegistryAuth.ANONYMOUS);

      assertThat(relay.hasCut()).isTrue();
      assertArrived(pushed, name);
    }
  }

  @Test
  void what_the_registry_lacks_is_not_found() {
    assertThatThrownBy(() -> pull("demo/tool:2"))
        .isInstanceOf(ImageException.NotFound.class)
        .hasMessageContaining("manifest unknown");
    assertThatThrownBy(() -> pull("demo/none:1")).isInstanceOf(ImageException.NotFound.class);
  }
}
