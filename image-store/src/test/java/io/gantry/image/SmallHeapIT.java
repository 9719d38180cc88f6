package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.gantry.image.reference.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The largest images pass through fixed buffers: a process with a heap of 24 MB pulls them. */
class SmallHeapIT {

  private static final String HEAP = "-Xmx24m";
  private static final String DIRECT = "-XX:MaxDirectMemorySize=8m";

  /** As many as overlayfs can stack (OVL_MAX_STACK); more are refused. */
  private static final int LAYERS = 500;

  private static final int FRAME = 64 << 20;

  /** More than 32 bits count. */
  private static final long HUGE = 80L * FRAME;

  /** {@code sha256sum} of {@link #hugeTar}'s header, 5 GiB of zeros and the two last blocks. */
  private static final String HUGE_DIFF_ID =
      "sha256:90a705e9fc8e7cab38b94b2f49766b273786da85f7c6d0e471dc41be6e8293e2";

  @TempDir Path folder;

  @Test
  void an_image_of_as_many_layers_as_can_be_is_pulled() throws Exception {
    byte[][] tars = new byte[LAYERS][];
    for (int i = 0; i < LAYERS; i++) {
      tars[i] = new TarBytes().file("file-" + i, "content of " + i).bytes();
    }
    try (FakeRegistry registry = new FakeRegistry()) {
      registry.push("a/many", "1", TestImage.of(tars));

      pull(registry.reference("a/many:1"));

      try (var layers = Files.list(folder.resolve("store/layers"))) {
        assertThat(layers).hasSize(LAYERS);
      }
    }
  }

  @Test
  void a_layer_of_five_gigabytes_is_pulled() throws Exception {
    TestImage huge = TestImage.ofBlob(hugeTar(), Digest.parse(HUGE_DIFF_ID));
    try (FakeRegistry registry = new FakeRegistry()) {
      registry.push("a/huge", "1", huge);

      pull(registry.reference("a/huge:1"));

      assertThat(folder.resolve("store/layers").resolve(huge.diffIds.getFirst().hex()))
          .isDirectory();
    }
  }

  /** Frames of zstd that follow each other: a few hundred kilobytes stand for the whole tar. */
  private static byte[] hugeTar() {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    byte[] header = TarBytes.sealed(TarBytes.header("zeros", '0', 0644, HUGE, ""));
    blob.writeBytes(Zstd.compress(header));
    byte[] zeros = Zstd.compress(new byte[FRAME]);
    for (long done = 0; done < HUGE; done += FRAME) {
      blob.writeBytes(zeros);
    }
    blob.writeBytes(Zstd.compress(new byte[1024]));
    return blob.toByteArray();
  }

  private void pull(String reference) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            HEAP,
            DIRECT,
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            HeapChild.class.getName(),
            folder.resolve("store").toString(),
            reference));
    Path said = folder.resolve("said");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as("%s", Files.readString(said)).isZero();
  }
}
