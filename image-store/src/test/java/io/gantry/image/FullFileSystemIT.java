package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.content.LayerForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A file system of its own, in a mount namespace of its own, is filled to the last byte: what is
 * pulled is refused, what is removed goes, and then there is room again.
 */
class FullFileSystemIT {

  private static final String TMPFS = "mount -t tmpfs -o size=24m tmpfs \"$0\"";
  private static final String EXT4 =
      "truncate -s 48M \"$0.img\" && mkfs.ext4 -q \"$0.img\" && mount -o loop \"$0.img\" \"$0\"";
  private static final int LARGE = 4 << 20;

  @TempDir Path folder;

  /** Whose files the kernel does not mount as images. */
  @Test
  void images_can_be_removed_from_a_full_tmpfs() throws Exception {
    run(TMPFS, LayerForm.DIRECTORY);
  }

  @ParameterizedTest
  @EnumSource
  void images_can_be_removed_from_a_full_ext4(LayerForm form) throws Exception {
    run(EXT4, form);
  }

  private void run(String mount, LayerForm form) throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    try (FakeRegistry registry = new FakeRegistry()) {
      TarBytes many = new TarBytes().file("large", 0644, new byte[LARGE]);
      for (int i = 0; i < 200; i++) {
        many.file("small-" + i, "x");
      }
      registry.push("a/b", "1", TestImage.of(many.bytes(), new TarBytes().file("t", "y").bytes()));
      registry.push("a/c", "1", TestImage.of(new TarBytes().file("c", "z").bytes()));
      child(
          disk,
          mount,
          registry.host(),
          form,
          "pull a/b:1",
          "hold a/b:1",
          "fill " + disk.resolve("filler"),
          "refused a/c:1",
          "remove a/b:1",
          "release c1",
          "swept " + disk.resolve("store/trash"),
          "pull a/b:1",
          "remove a/b:1");
    }
  }

  private void child(Path disk, String mount, String registry, LayerForm form, String... steps)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("unshare", "--mount", "sh", "-c", mount + " && exec \"$@\"", disk.toString()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            KillChild.class.getName(),
            disk.resolve("store").toString(),
            registry,
            "0",
            "nothing",
            form.name()));
    command.addAll(List.of(steps));
    Path said = folder.resolve("said");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as("%s", Files.readString(said)).isZero();
  }
}
