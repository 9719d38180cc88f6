package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.TarEntry;
import io.gantry.image.layer.TarReader;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private FakeRegistry registry;
  private ImageStore store;

  private final byte[] base = new TarBytes().directory("bin").file("bin/sh", "shell").bytes();
  private final byte[] top = new TarBytes().file("bin/.wh.sh", "").file("etc/motd", "hi").bytes();

  @BeforeEach
  void open() throws IOException {
    registry = new FakeRegistry();
    store = store("store");
  }

  private ImageStore store(String name) throws ImageException {
    return ImageStore.open(StoreSettings.at(folder.resolve(name)), Linux.syscalls());
  }

  @AfterEach
  void close() {
    store.close();
    registry.close();
  }

  private Image pull(TestImage image, String name) throws ImageException {
    registry.push(name, "1", image);
    return store.pull(reference(name), RegistryAuth.ANONYMOUS);
  }

  private ImageReference reference(String name) throws ImageException {
    return ImageReference.parse(registry.host() + "/" + name + ":1");
  }

  private byte[] export(ImageExport.Wanted... wanted) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageExport export = store.export(List.of(wanted))) {
      export.writeTo(out);
    }
    return out.toByteArray();
  }

  private static Map<String, byte[]> members(byte[] tar) throws IOException {
    TarReader reader = new TarReader(new ByteArrayInputStream(tar));
    Map<String, byte[]> members = new LinkedHashMap<>();
    @Nullable TarEntry entry;
    while ((entry = reader.next()) != null) {
      ByteBuffer content = ByteBuffer.allocate((int) entry.size());
      while (content.hasRemaining()) {
        reader.read(content);
      }
      assertThat(members.put(entry.name(), content.array())).as(entry.name()).isNull();
    }
    return members;
  }

  private static JsonNode json(Map<String, byte[]> members, String name) throws IOException {
    return JSON.readTree(members.getOrDefault(name, new byte[0]));
  }

  private static String blob(JsonNode descriptor) {
    return "blobs/" + descriptor.path("digest").asText().replace(':', '/');
  }

  @Test
  void the_archive_is_an_oci_layout_whose_every_blob_has_its_digest() throws Exception {
    Image image = pull(TestImage.of(base, top), "a/b");
    Map<String, byte[]> members =
        members(export(new ImageExport.Wanted(image, List.of(reference("a/b")))));

    for (Map.Entry<String, byte[]> member : members.entrySet()) {
      if (member.getKey().startsWith("blobs/sha256/")) {
        assertThat(member.getKey()).endsWith("/" + Digest.ofBytes(member.getValue()).hex());
      }
    }
    assertThat(members.keySet())
        .startsWith("oci-layout", "index.json", "manifest.json")
        .hasSize(3 + 2 + 2);
    JsonNode entry = json(members, "index.json").path("manifests").path(0);
    assertThat(entry.path("annotations").path("io.containerd.image.name").asText())
        .isEqualTo(reference("a/b").toString());
    assertThat(entry.path("annotations").path("org.opencontainers.image.ref.name").asText())
        .isEqualTo("1");
    JsonNode manifest = json(members, blob(entry));
    JsonNode config = json(members, blob(manifest.path("config")));
    assertThat(config.path("config").path("Env").path(0).asText()).isEqualTo("A=b");
    for (int i = 0; i < 2; i++) {
      byte[] layer = members.getOrDefault(blob(manifest.path("layers").path(i)), new byte[0]);
      assertThat(config.path("rootfs").path("diff_ids").path(i).asText())
          .isEqualTo(Digest.ofBytes(layer).toString());
    }
  }

  @Test
  void the_archive_is_a_docker_archive_with_the_same_blobs() throws Exception {
    Image image = pull(TestImage.docker(base, top), "a/b");
    Map<String, byte[]> members =
        members(export(new ImageExport.Wanted(image, List.of(reference("a/b")))));

    JsonNode docker = json(members, "manifest.json").path(0);
    assertThat(docker.path("RepoTags").path(0).asText()).isEqualTo(reference("a/b").toString());
    assertThat(members).containsKey(docker.path("Config").asText());
    JsonNode config = json(members, docker.path("Config").asText());
    for (int i = 0; i < 2; i++) {
      byte[] layer = members.getOrDefault(docker.path("Layers").path(i).asText(), new byte[0]);
      assertThat(Digest.ofBytes(layer).toString())
          .isEqualTo(config.path("rootfs").path("diff_ids").path(i).asText());
    }
  }

  @Test
  void what_was_exported_is_imported_with_the_same_files_names_and_config() throws Exception {
    Image image = pull(TestImage.of(base, top), "a/b");
    byte[] archive = export(new ImageExport.Wanted(image, List.of(reference("a/b"))));

    try (ImageStore other = store("other")) {
      Image back = other.importArchive(new ByteArrayInputStream(archive), null).getFirst();

      assertThat(back.repoTags()).isEqualTo(image.repoTags());
      assertThat(other.config(back).env()).containsExactly("A=b");
      assertThat(other.layers(back)).hasSize(2);
      assertThat(other.layers(back).getLast().resolve("bin/sh")).hasContent("shell");
      assertThat(other.layers(back).getFirst().resolve("etc/motd")).hasContent("hi");
      assertThat(Files.getAttribute(other.layers(back).getFirst().resolve("bin/sh"), "unix:rdev"))
          .isEqualTo(0L);
    }
  }

  @Test
  void an_export_says_that_and_how_it_differs() throws Exception {
    Image image = pull(TestImage.of(top), "a/b");
    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(image, List.of())))) {
      DepartedImage departed = export.images().getFirst();

      assertThat(departed.repacked()).isTrue();
      assertThat(departed.id()).isNotEqualTo(image.id());
      assertThat(departed.names()).isEmpty();
    }
  }

  @Test
  void the_same_image_gives_the_same_bytes_and_what_came_from_here_keeps_its_id() throws Exception {
    Image image = pull(TestImage.of(base, top), "a/b");
    byte[] archive = export(new ImageExport.Wanted(image, List.of(reference("a/b"))));
    assertThat(export(new ImageExport.Wanted(image, List.of(reference("a/b"))))).isEqualTo(archive);

    store.remove(image.id());
    Image again = store.importArchive(new ByteArrayInputStream(archive), null).getFirst();

    assertThat(export(new ImageExport.Wanted(again, List.of(reference("a/b"))))).isEqualTo(archive);
    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(again, List.of())))) {
      assertThat(export.images().getFirst().id()).isEqualTo(again.id());
      assertThat(export.images().getFirst().repacked()).isFalse();
    }
  }

  @Test
  void images_that_share_layers_share_them_in_the_archive() throws Exception {
    Image one = pull(TestImage.of(base), "a/one");
    Image two = pull(TestImage.of(base, top), "a/two");
    byte[] archive =
        export(
            new ImageExport.Wanted(one, List.of(reference("a/one"), reference("a/two"))),
            new ImageExport.Wanted(two, List.of()));

    assertThat(members(archive)).hasSize(3 + 2 + 2 + 2);
    store.remove(one.id());
    store.remove(two.id());
    List<Image> back = store.importArchive(new ByteArrayInputStream(archive), null);
    assertThat(back.getFirst().repoTags())
        .containsExactly(reference("a/one").toString(), reference("a/two").toString());
    assertThat(back).hasSize(2);
  }

  @Test
  void an_image_being_exported_stays_until_it_is_through() throws Exception {
    Image image = pull(TestImage.of(base), "a/b");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(image, List.of())))) {
      store.remove(image.id());
      export.writeTo(out);
    }

    assertThat(members(out.toByteArray())).hasSize(3 + 2 + 1);
    assertThat(store.holds()).isEmpty();
    try (Stream<Path> layers = Files.list(folder.resolve("store/layers"))) {
      assertThat(layers).isEmpty();
    }
  }

  @Test
  void a_layer_that_was_changed_meanwhile_fails_the_export() throws Exception {
    Image image = pull(TestImage.of(base), "a/b");
    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(image, List.of())))) {
      Files.writeString(store.layers(image).getFirst().resolve("bin/sh"), "SHELL");

      assertThatThrownBy(() -> export.writeTo(new ByteArrayOutputStream()))
          .isInstanceOf(ImageException.Corrupt.class)
          .hasMessageContaining("layer sha256:");
    }
  }

  @Test
  void history_tells_steps_and_layers() throws Exception {
    Image image = pull(TestImage.withHistory(base, top), "a/b");

    List<HistoryStep> history = store.history(image);

    assertThat(history).extracting(HistoryStep::createdBy).containsExactly("ADD base", "ENV X", "");
    assertThat(history.get(0).diffId()).isEqualTo(image.diffIds().get(0));
    assertThat(history.get(0).size()).isPositive();
    assertThat(history.get(1).diffId()).isNull();
    assertThat(history.get(2).diffId()).isEqualTo(image.diffIds().get(1));
    List<HistoryStep> none = store.history(pull(TestImage.of(base), "a/none"));
    assertThat(none).hasSize(1);
    assertThat(none.getFirst().diffId()).isEqualTo(image.diffIds().getFirst());
  }

  @Test
  void a_tag_is_one_more_name_and_moves_from_its_owner() throws Exception {
    Image one = pull(TestImage.of(base), "a/one");
    Image two = pull(TestImage.of(top), "a/two");
    ImageReference name = ImageReference.parse("mine:2");

    assertThat(store.tag(one.id(), name).repoTags())
        .containsExactlyInAnyOrder(reference("a/one").toString(), name.toString());
    store.tag(two.id(), name);

    assertThat(store.find("mine:2").map(Image::id)).contains(two.id());
    assertThat(store.find(one.id().toString()).orElseThrow().repoTags())
        .containsExactly(reference("a/one").toString());
    store.close();
    store = store("store");
    assertThat(store.find("mine:2").map(Image::id)).contains(two.id());
    store.untag(name);
    assertThat(store.find("mine:2")).isEmpty();
    assertThat(store.find(two.id().toString())).isPresent();
  }

  @Test
  void what_cannot_be_tagged_is_told() throws Exception {
    Image image = pull(TestImage.of(base), "a/one");
    ImageReference digest = ImageReference.parse(image.repoDigests().getFirst());

    assertThatThrownBy(() -> store.tag(image.id(), digest))
        .isInstanceOf(ImageException.Invalid.class);
    assertThatThrownBy(() -> store.tag(Digest.ofBytes(new byte[1]), reference("a/one")))
        .isInstanceOf(ImageException.NotFound.class);
  }
}
