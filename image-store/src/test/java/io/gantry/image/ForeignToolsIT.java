package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.reference.ImageReference;
import io.gantry.linux.Linux;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that others made are taken, and others take what is made here. */
class ForeignToolsIT {

  private static final String NAME = "docker.io/demo/tool:1";

  @TempDir Path folder;
  private Path content;
  private ImageStore store;

  @BeforeEach
  void open() throws IOException {
    store = ImageStore.open(ImageStoreSettings.at(folder.resolve("store")), Linux.syscalls());
    content = Files.createDirectories(folder.resolve("content"));
    Files.writeString(content.resolve("motd"), "hello");
    Files.setPosixFilePermissions(
        content.resolve("motd"), PosixFilePermissions.fromString("rw-r-----"));
    Files.createLink(content.resolve("hard"), content.resolve("motd"));
    Files.createSymbolicLink(content.resolve("soft"), Path.of("motd"));
    Files.setAttribute(content.resolve("motd"), "unix:uid", 1234);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private ForeignTool tool(String... command) {
    return ForeignTool.of(folder, command);
  }

  private Image take(Path archive) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
      return store.importArchive(in, null).getFirst();
    }
  }

  private Path tar(Path directory) throws Exception {
    Path tar = folder.resolve(directory.getFileName() + ".tar");
    tool("tar").run("-C", directory.toString(), "-cf", tar.toString(), ".");
    return tar;
  }

  private static void assertContent(Path srv) throws IOException {
    assertThat(srv.resolve("motd")).hasContent("hello");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(srv.resolve("motd"))))
        .isEqualTo("rw-r-----");
    assertThat(Files.getAttribute(srv.resolve("hard"), "unix:ino"))
        .isEqualTo(Files.getAttribute(srv.resolve("motd"), "unix:ino"));
    assertThat(Files.getAttribute(srv.resolve("motd"), "unix:uid")).isEqualTo(1234);
  }

  /** Two layers, the upper of which deletes a file of the lower. */
  private Path umociLayout() throws Exception {
    ForeignTool umoci = tool("umoci");
    umoci.run("init", "--layout", "lay");
    umoci.run("new", "--image", "lay:one");
    umoci.run("unpack", "--image", "lay:one", "bundle");
    tool("cp").run("-a", content.toString(), "bundle/rootfs/srv");
    umoci.run("repack", "--image", "lay:one", "bundle");
    umoci.run("unpack", "--image", "lay:one", "again");
    Files.delete(folder.resolve("again/rootfs/srv/soft"));
    umoci.run("repack", "--image", "lay:one", "again");
    umoci.run("config", "--image", "lay:one", "--config.env", "A=umoci");
    return folder.resolve("lay");
  }

  @Test
  void what_umoci_made_is_taken() throws Exception {
    Image image = take(tar(umociLayout()));

    assertThat(store.config(image).env()).contains("A=umoci");
    assertThat(store.layers(image)).hasSize(2);
    assertContent(store.layers(image).getLast().resolve("srv"));
    assertThat(Files.getAttribute(store.layers(image).getFirst().resolve("srv/soft"), "unix:mode"))
        .as("a whiteout")
        .isEqualTo(0020000);
  }

  @Test
  void what_buildah_made_is_taken_in_all_its_forms() throws Exception {
    Path policy =
        Files.writeString(
            folder.resolve("policy.json"), "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
    ForeignTool buildah =
        tool(
            "buildah",
            "--storage-driver=vfs",
            "--root=" + folder.resolve("buildah"),
            "--runroot=" + folder.resolve("buildah-run"));
    String container = buildah.run("from", "scratch").strip();
    buildah.run("copy", "--chown=1234:0", container, content.toString(), "/srv");
    buildah.run("config", "--env", "A=buildah", "--user", "7", container);
    for (String form : List.of("docker-archive", "oci-archive")) {
      Path archive = folder.resolve(form + ".tar");
      buildah.run(
          "commit",
          "--quiet",
          "--signature-policy=" + policy,
          container,
          form + ":" + archive + ":" + NAME);
      Image image = take(archive);

      assertThat(image.repoTags()).as(form).containsExactly(NAME);
      assertThat(image.user().uid()).hasValue(7);
      assertContent(store.layers(image).getFirst().resolve("srv"));
      store.remove(image.id());
    }
  }

  private Path exported() throws Exception {
    Image image = take(tar(umociLayout()));
    store.tag(image.id(), ImageReference.parse(NAME));
    Path archive = folder.resolve("export.tar");
    try (OutputStream out = Files.newOutputStream(archive);
        ImageExport export =
            store.export(
                List.of(new ImageExport.Wanted(image, List.of(ImageReference.parse(NAME)))))) {
      export.writeTo(out);
    }
    return archive;
  }

  @Test
  void skopeo_reads_an_export_as_a_docker_archive_and_as_an_oci_layout() throws Exception {
    ForeignTool skopeo = tool("skopeo", "--insecure-policy");
    Path archive = exported();

    for (String form : List.of("docker-archive:" + archive, "oci-archive:" + archive + ":1")) {
      assertThat(skopeo.run("inspect", form)).as(form).contains("\"A=umoci\"");
      Path copy = folder.resolve("copy-" + form.hashCode() + ".tar");
      skopeo.run("copy", form, "oci-archive:" + copy);
      Image back = take(copy);
      assertContent(store.layers(back).getLast().resolve("srv"));
    }
  }

  @Test
  void umoci_unpacks_an_export_with_its_deletions() throws Exception {
    Path archive = exported();
    Path layout = Files.createDirectory(folder.resolve("exported"));
    tool("tar").run("-C", layout.toString(), "-xf", archive.toString());

    tool("umoci").run("unpack", "--image", layout + ":1", "unpacked");

    assertContent(folder.resolve("unpacked/rootfs/srv"));
    assertThat(folder.resolve("unpacked/rootfs/srv/soft")).doesNotExist();
  }
}
