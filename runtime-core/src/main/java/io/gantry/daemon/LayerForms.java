package io.gantry.daemon;

import io.gantry.image.content.LayerChoice;
import io.gantry.image.content.LayerForm;
import io.gantry.image.erofs.ErofsProbe;
import io.gantry.image.erofs.ImageMounter;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses how layers are kept, by the configuration and by what the kernel can mount. */
final class LayerForms {

  private static final Logger log = LoggerFactory.getLogger(LayerForms.class);

  private LayerForms() {}

  /**
   * The choice.
   *
   * @param wanted {@code directory}, {@code erofs} or {@code auto}
   * @param root on the file system that the images will be on
   * @throws IOException when the kernel cannot mount what is wanted
   */
  static LayerChoice choice(String wanted, Path root, ImageMounter mounter) throws IOException {
    if (wanted.equals("directory")) {
      return new LayerChoice(LayerForm.DIRECTORY, mounter);
    }
    try {
      probe(root, mounter);
      return new LayerChoice(LayerForm.EROFS, mounter);
    } catch (SyscallException e) {
      if (wanted.equals("erofs")) {
        throw new IOException(
            "image.layer_form is \"erofs\", but the kernel does not mount an image from a file ("
                + e.getMessage()
                + "); it takes Linux 6.12 with CONFIG_EROFS_FS_BACKED_BY_FILE; choose \"directory\"",
            e);
      }
      log.info("layers become directories: the kernel mounts no image: {}", e.getMessage());
      return new LayerChoice(LayerForm.DIRECTORY, mounter);
    }
  }

  private static void probe(Path root, ImageMounter mounter) throws IOException {
    Files.createDirectories(root);
    Path image = root.resolve("erofs-probe");
    Files.deleteIfExists(image);
    try {
      ErofsProbe.write(image);
      try (Fd mounted = mounter.mount(image)) {
        log.debug("the kernel mounts images from files: {}", mounted);
      }
    } finally {
      Files.deleteIfExists(image);
    }
  }
}
