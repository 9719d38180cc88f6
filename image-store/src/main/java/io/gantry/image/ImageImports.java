package io.gantry.image;

import io.gantry.image.archive.ArchivedImage;
import io.gantry.image.archive.ImageArchive;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.Decompression;
import io.gantry.image.layer.SizeLimit;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.gantry.image.progress.WorkObserver.Work;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How archives are imported. Safe for all threads. */
final class ImageImports {

  private static final Logger LOG = LoggerFactory.getLogger(ImageImports.class);

  private final StoreParts parts;
  private final ImageIntake intake;

  ImageImports(StoreParts parts, ImageIntake intake) {
    this.parts = parts;
    this.intake = intake;
  }

  /** As {@link ImageStore#importArchive}. */
  List<Image> importArchive(InputStream archive, @Nullable ImageReference name, Progress progress)
      throws ImageException {
    return WorkReport.of(
        parts.observer(),
        Work.IMPORT,
        name == null ? "" : name,
        report -> {
          List<Image> images = importNow(archive, name, progress);
          report
              .about(images.stream().flatMap(ImageImports::names).toList())
              .fact("ids", images.stream().map(Image::id).toList())
              .fact("bytes", progress.bytes())
              .fact("unpacked", progress.count(LayerProgress.Stage.DONE))
              .fact("present", progress.count(LayerProgress.Stage.PRESENT));
          return images;
        });
  }

  private static Stream<String> names(Image image) {
    return image.repoTags().isEmpty()
        ? Stream.of(image.id().toString())
        : image.repoTags().stream();
  }

  private List<Image> importNow(
      InputStream archive, @Nullable ImageReference name, Progress progress) throws ImageException {
    Path file = parts.layout().staging().resolve("archive-" + UUID.randomUUID());
    try {
      unpack(archive, file);
      ImageArchive opened = ImageArchive.open(file, parts.settings().platform());
      List<WantedImage> wanted = new ArrayList<>();
      List<ArchivedImage> found = opened.images();
      requireNameable(found, name);
      for (ArchivedImage image : found) {
        wanted.add(wanted(image, name));
      }
      return intake.install(wanted, opened, progress);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "archive", "cannot import: " + e.getMessage(), "check the archive and the disk", e);
    } finally {
      deleteQuietly(file);
    }
  }

  private void unpack(InputStream archive, Path file) throws IOException {
    long limit = parts.settings().limits().maxBytes();
    try (InputStream plain = new SizeLimit(Decompression.of(archive), "archive", limit)) {
      Files.copy(plain, file);
    }
  }

  private static void requireNameable(List<ArchivedImage> found, @Nullable ImageReference name)
      throws ImageException {
    if (found.isEmpty()) {
      throw new ImageException.NotFound("archive", "it holds no image for this machine", "");
    }
    if (name != null && found.size() > 1) {
      throw new ImageException.Invalid(
          "archive", "it holds " + found.size() + " images, which cannot share one name", "");
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("cannot delete {}, the next start does: {}", file, e.toString());
    }
  }

  private static WantedImage wanted(ArchivedImage image, @Nullable ImageReference name) {
    List<ImageReference> names = name == null ? image.names() : List.of(name);
    List<String> tags = new ArrayList<>();
    List<String> digests = new ArrayList<>();
    for (ImageReference each : names) {
      String tag = each.repoTag();
      if (tag != null) {
        tags.add(tag);
      }
      image.manifest().stream().limit(1).map(each::repoDigest).forEach(digests::add);
    }
    return new WantedImage(
        image.id(), image.config(), tags, digests, image.documents(), image.layers());
  }
}
