package io.gantry.conformance.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An image that needs no network: the distribution's static busybox under all its names, packed by
 * Gantry's own image writer.
 */
public final class TestImage {

  /** What it is called. */
  public static final String REFERENCE = "gantry.test/busybox:1";

  /** Packing takes seconds, and a run of tests brings the same image to many runtimes. */
  private static final Map<String, byte[]> PACKED = new ConcurrentHashMap<>();

  private TestImage() {}

  /**
   * Packs the image into an archive.
   *
   * @param archive the file to write
   */
  public static void pack(Distribution distribution, Path archive)
      throws IOException, InterruptedException {
    pack(distribution, "test-image", archive);
  }

  static void pack(Distribution distribution, String script, Path archive)
      throws IOException, InterruptedException {
    var _ =
        Command.output(
            distribution.repository().resolve("hack/lib").resolve(script).toString(),
            distribution.directory().toString(),
            archive.toString());
  }

  /** Packs the image and brings it to a runtime; returns its name. */
  public static String importInto(PrivateRuntime runtime) throws IOException, InterruptedException {
    importInto(runtime, Distribution.found(), "test-image");
    return REFERENCE;
  }

  static void importInto(PrivateRuntime runtime, Distribution distribution, String script)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("gantry-image");
    Path archive = directory.resolve("image.tar");
    try {
      byte[] known = PACKED.get(script);
      if (known == null) {
        pack(distribution, script, archive);
        PACKED.put(script, Files.readAllBytes(archive));
      } else {
        Files.write(archive, known);
      }
      runtime.importImage(archive);
    } finally {
      Files.deleteIfExists(archive);
      Files.delete(directory);
    }
  }
}
