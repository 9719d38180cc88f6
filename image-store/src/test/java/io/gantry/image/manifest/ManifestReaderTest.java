package io.gantry.image.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TestImage;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that would cost more than they are worth. */
class ManifestReaderTest {

  private static void assertRefused(ThrowingCallable call, String reason) {
    assertThatThrownBy(call)
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining(reason);
  }

  private static String list(int times, String element) {
    return "[" + String.join(",", Collections.nCopies(times, element)) + "]";
  }

  private static ImageConfig config(String text) throws ImageException {
    return ManifestReader.config("config", TestImage.text(text));
  }

  private static ImageConfig ofUser(int length) throws ImageException {
    return config("{\"config\":{\"User\":\"" + "u".repeat(length) + "\"}}");
  }

  private static String manifest(String configType, String layerType) {
    Digest some = Digest.ofBytes(new byte[1]);
    return "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}"
        .formatted(
            TestImage.descriptor(configType, some, 1), TestImage.descriptor(layerType, some, 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.docker.image.rootfs.diff.tar.zstd"
      })
  void layers_of_every_known_kind_are_taken(String type) throws Exception {
    for (String config : List.of(MediaTypes.OCI_CONFIG, MediaTypes.DOCKER_CONFIG)) {
      byte[] document = TestImage.text(manifest(config, type));
      assertThat(ManifestReader.read("m", document, MediaTypes.DOCKER_MANIFEST))
          .isInstanceOf(Manifest.Single.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip, not in the registry",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip, not in the registry",
    "application/vnd.oci.image.layer.v1.tar+encrypted, not known",
    "application/vnd.in-toto+json, not known"
  })
  void foreign_and_unknown_layers_are_refused_by_name(String type, String why) {
    assertThatThrownBy(() ->
            ManifestReader.read("m", TestImage.text(manifest(MediaTypes.OCI_CONFIG, type)), ""))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining(type)
        .hasMessageContaining(why);
  }

  @Test
  void what_is_no_image_is_refused_by_name() {
    String helm = "application/vnd.cncf.helm.config.v1+json";
    String layer = "application/vnd.oci.image.layer.v1.tar";
    assertThatThrownBy(() -> ManifestReader.read("m", TestImage.text(manifest(helm, layer)), ""))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining(helm)
        .hasMessageContaining("artifact");
    assertThatThrownBy(
            () -> ManifestReader.read("m", TestImage.text("{\"mediaType\":\"text/x\"}"), ""))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("text/x");
  }

  @Test
  void schema_1_is_refused_however_it_shows_itself() {
    String signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    for (String[] each :
        new String[][] {
          {"{\"schemaVersion\":1,\"fsLayers\":[]}", ""},
          {"{\"schemaVersion\":1}", signed},
          {"{\"mediaType\":\"" + signed + "\"}", ""}
        }) {
      assertThatThrownBy(() -> ManifestReader.read("m", TestImage.text(each[0]), each[1]))
          .isInstanceOf(ImageException.Unsupported.class)
          .hasMessageContaining("schema 1")
          .satisfies(e -> assertThat(((ImageException) e).nextStep()).contains("push"));
    }
  }

  @Test
  void small_documents_that_are_large_in_memory_are_refused() throws Exception {
    assertThat(config("{\"history\":" + list(10_000, "{\"a\":1}") + "}").env()).isEmpty();

    assertRefused(() -> config("{\"history\":" + list(60_000, "[]") + "}"), "100000");
    assertRefused(() -> config("{\"history\":" + "[".repeat(100) + "]".repeat(100) + "}"), "64");
  }

  @Test
  void more_layers_than_overlayfs_takes_are_refused() throws Exception {
    Digest some = Digest.ofBytes(new byte[1]);
    String layer = TestImage.descriptor("application/vnd.oci.image.layer.v1.tar", some, 1);
    String start =
        "{\"config\":"
            + TestImage.descriptor("application/vnd.oci.image.config.v1+json", some, 1)
            + ",\"layers\":";

    ManifestReader.read("most", TestImage.text(start + list(500, layer) + "}"), "");
    assertRefused(
        () -> ManifestReader.read("more", TestImage.text(start + list(501, layer) + "}"), ""),
        "501 layers are over the limit of 500");
    assertRefused(
        () ->
            ManifestReader.read(
                "index", TestImage.text("{\"manifests\":" + list(1001, layer) + "}"), ""),
        "1001 images");
  }

  @Test
  void a_user_that_no_list_could_show_is_refused() throws Exception {
    assertThat(ofUser(256).user()).hasSize(256);
    assertRefused(() -> ofUser(257), "257 characters");
  }

  @Test
  void archives_with_too_many_names_layers_or_images_are_refused() {
    String image = "{\"Config\":\"c\",\"RepoTags\":%s,\"Layers\":%s}";
    String names = image.formatted(list(101, "\"a/b:1\""), "[]");
    String layers = image.formatted("[]", list(501, "\"layer\""));

    assertRefused(
        () -> ManifestReader.dockerArchive(TestImage.text("[" + names + "]")), "101 names");
    assertRefused(
        () -> ManifestReader.dockerArchive(TestImage.text("[" + layers + "]")), "501 layers");
    assertRefused(
        () -> ManifestReader.dockerArchive(TestImage.text(list(1001, "{}"))), "1001 images");
  }

  @Test
  void what_an_author_chose_cannot_flood_or_steer_a_message() {
    ImageException failure =
        new ImageException.Refused("tar entry \u001b[2J" + "x".repeat(5000), "a\nb", "");

    assertThat(failure.getMessage()).startsWith("tar entry \\x1b[2Jxxx").endsWith("x...: a\\x0ab");
    assertThat(failure.getMessage()).hasSizeLessThan(400);
    assertThat(failure.object()).hasSizeLessThan(310);
  }
}
