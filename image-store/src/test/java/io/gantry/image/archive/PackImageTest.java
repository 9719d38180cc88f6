package io.gantry.image.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.manifest.Platform;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackImageTest {

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return PackImage.run(arguments, new PrintStream(out), new PrintStream(err));
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void packs_what_it_is_told_and_prints_the_id() throws Exception {
    Path file = Files.writeString(folder.resolve("busybox"), "elf");
    Path tar = folder.resolve("image.tar");

    int status =
        run(
            "--tag", "demo/busybox:1",
            "--add", file + ":/bin/busybox:755",
            "--link", "busybox:/bin/sh",
            "--hardlink", "/bin/busybox:/bin/ls",
            "--text", "/etc/motd=hello",
            "--dir", "/tmp:1777",
            "--cmd", "/bin/sh",
            "--env", "PATH=/bin",
            "-o", tar.toString());

    assertThat(status).as(errors()).isZero();
    ArchivedImage image = ImageArchive.open(tar, Platform.ofMachine()).images().getFirst();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(image.id() + "\n");
    assertThat(image.names().getFirst()).hasToString("docker.io/demo/busybox:1");
    assertThat(image.config().cmd()).containsExactly("/bin/sh");
  }

  @Test
  void puts_what_follows_into_layers_above() throws Exception {
    Path tar = folder.resolve("image.tar");

    int status =
        run(
            "--tag",
            "demo/layers:1",
            "--gzip",
            "--text",
            "/first=below",
            "--next-layer",
            "--text",
            "/first=above",
            "--next-layer",
            "--text",
            "/first=above",
            "-o",
            tar.toString());

    assertThat(status).as(errors()).isZero();
    ArchivedImage image = ImageArchive.open(tar, Platform.ofMachine()).images().getFirst();
    assertThat(image.layers()).hasSize(3);
    assertThat(image.layers())
        .extracting(layer -> layer.blob().mediaType())
        .containsOnly(MediaTypes.OCI_LAYER_GZIP);
    assertThat(image.config().diffIds().get(0)).isNotEqualTo(image.config().diffIds().get(1));
    assertThat(image.config().diffIds().get(1)).isEqualTo(image.config().diffIds().get(2));
  }

  @Test
  void says_which_argument_is_wrong() {
    assertThat(run("--tag")).isEqualTo(2);
    assertThat(run("--what", "x")).isEqualTo(2);
    assertThat(run("--tag", "UPPER", "-o", "x")).isEqualTo(2);
    assertThat(run("--tag", "a", "-o", "x", "--add", "nothing")).isEqualTo(2);
    assertThat(errors())
        .contains("--tag needs a value", "unknown option --what", "lower case", "lacks its :");
    assertThat(run("--tag", "a", "-o", folder + "/x", "--add", "/no/such/file:/f")).isEqualTo(1);
  }
}
