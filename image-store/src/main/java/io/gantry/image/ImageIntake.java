package io.gantry.image;

import io.gantry.image.archive.ArchivedImage;
import io.gantry.image.archive.ImageArchive;
import io.gantry.image.content.BlobSource;
import io.gantry.image.content.Flights;
import io.gantry.image.content.Flights.Seat;
import io.gantry.image.content.LayerSpec;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.Decompression;
import io.gantry.image.layer.SizeLimit;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.gantry.image.progress.WorkObserver.Work;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistryClient;
import io.gantry.image.registry.Repository;
import io.gantry.image.signature.SignatureCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How images come in: pulled or imported, all layers first, then the record that shows them. Safe
 * for all threads.
 */
final class ImageIntake implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ImageIntake.class);

  /** Platform threads, because a pull ends with waits for the disk that would pin a carrier. */
  private static final Executor THREADS =
      work -> Thread.ofPlatform().name("gantry-pull").daemon().start(work);

  private final StoreParts parts;
  private final Clock clock;
  private final RegistryClient registries;
  private final Flights<PullKey, Image, PullWork> pulls = new Flights<>();

  /**
   * Pulls join only when they would show the registry the same face, and are allowed the same.
   *
   * @param rule what the policy wants when the pull begins
   */
  private record PullKey(ImageReference reference, RegistryAuth auth, String rule) {
    @Override
    public String toString() {
      return "image " + reference;
    }
  }

  ImageIntake(StoreParts parts, Clock clock) {
    this.parts = parts;
    this.clock = clock;
    this.registries = new RegistryClient(parts.settings().registry(), parts.observer());
  }

  /** The repository that a reference names. */
  Repository repository(ImageReference reference, RegistryAuth auth) throws ImageException {
    return registries.repository(reference, auth);
  }

  /** As {@link ImageStore#begin}. */
  RunningPull begin(ImageReference reference, RegistryAuth auth) {
    String rule = SignatureCheck.state(parts.settings().policy(), reference);
    PullKey key = new PullKey(reference, auth, rule);
    return new Waiting(pulls.board(key, THREADS, new PullWork(reference, auth)));
  }

  /** One who waits for a pull. */
  private record Waiting(Seat<Image, PullWork> seat) implements RunningPull {

    @Override
    public Progress progress() {
      return seat.work().progress;
    }

    @Override
    public Image await() throws ImageException {
      return seat.await();
    }

    @Override
    public void close() {
      seat.close();
    }
  }

  /** One pull, for all who wait for it. */
  private final class PullWork implements Flights.Work<Image> {
    private final ImageReference reference;
    private final RegistryAuth auth;
    private final Progress progress = new Progress();

    PullWork(ImageReference reference, RegistryAuth auth) {
      this.reference = reference;
      this.auth = auth;
    }

    @Override
    public Image run() throws ImageException {
      try {
        return WorkReport.of(
            parts.observer(),
            Work.PULL,
            reference,
            report -> pullNow(reference, auth, progress, report));
      } finally {
        progress.end();
      }
    }
  }

  private Image pullNow(
      ImageReference reference, RegistryAuth auth, Progress progress, WorkReport report)
      throws ImageException {
    Repository repository = registries.repository(reference, auth);
    report.over(repository.traffic());
    ImageResolver resolver = new ImageResolver(repository, parts.settings().platform(), reference);
    Optional<Image> present = present(reference, repository, resolver);
    if (present.isPresent()) {
      report.fact("id", present.get().id()).unchanged();
      return present.get();
    }
    report.fact("digest", resolver.top().digest());
    WantedImage wanted = resolver.resolve();
    Image image = install(List.of(wanted), new RegistryBlobs(repository), progress).getFirst();
    report
        .fact("bytes", progress.bytes())
        .fact("fetched", progress.count(LayerProgress.Stage.DONE))
        .fact("present", progress.count(LayerProgress.Stage.PRESENT))
        .fact("from", repository.served());
    return image;
  }

  /**
   * The image that is here already in the registry's newest state. Whether the node's policy allows
   * it is asked first, and each time: policy and signatures may have changed since it came.
   */
  private Optional<Image> present(
      ImageReference reference, Repository repository, ImageResolver resolver)
      throws ImageException {
    SignatureCheck check = SignatureCheck.of(parts.settings().policy(), reference);
    if (check.isNeeded()) {
      check.require(resolver.manifest(), repository);
    } else {
      Optional<Image> unchanged = unchanged(reference, repository);
      if (unchanged.isPresent()) {
        return unchanged;
      }
    }
    return renewed(reference, resolver.top().digest());
  }

  /** The image that is here under the reference, if the registry still has the same. */
  private Optional<Image> unchanged(ImageReference reference, Repository repository)
      throws ImageException {
    if (new ImageLookup(parts.catalog().state()).find(reference.toString()).isEmpty()) {
      return Optional.empty();
    }
    Optional<Digest> now =
        repository
            .currentDigest(reference.tagOrDigest(), "image " + reference)
            .filter(digest -> reference.digest() == null || digest.equals(reference.digest()));
    return now.isPresent() ? renewed(reference, now.get()) : Optional.empty();
  }

  /** The image that is here under the registry's digest already, now with the reference's tag. */
  private Optional<Image> renewed(ImageReference reference, Digest top) throws ImageException {
    String digest = reference.repoDigest(top);
    parts.changes().lock();
    try {
      Optional<ImageRecord> known =
          parts.catalog().state().listed().values().stream()
              .filter(record -> record.digests().contains(digest))
              .findFirst();
      if (known.isEmpty()) {
        return Optional.empty();
      }
      String tag = reference.repoTag();
      if (tag != null && !known.get().tags().contains(tag)) {
        parts
            .catalog()
            .publish(List.of(known.get().withTags(List.of(tag), parts.catalog().nextSequence())));
      }
      return Optional.ofNullable(parts.catalog().state().listed().get(ImageCatalog.id(known.get())))
          .map(parts::image);
    } finally {
      parts.changes().unlock();
    }
  }

  RegistryClient registries() {
    return registries;
  }

  /** Brings the layers of all images, then shows all of them, or none. */
  List<Image> install(List<WantedImage> wanted, BlobSource source, Progress progress)
      throws ImageException {
    List<WantedImage> acquired = new ArrayList<>();
    try {
      for (WantedImage image : wanted) {
        parts.layers().acquire(image.layers(), source, progress);
        acquired.add(image);
      }
      return publish(wanted);
    } catch (ImageException e) {
      for (WantedImage image : acquired) {
        giveBack(image, e);
      }
      throw e;
    }
  }

  private void giveBack(WantedImage image, ImageException failure) {
    try {
      parts.layers().release(image.layers().stream().map(LayerSpec::diffId).toList());
    } catch (ImageException cleanup) {
      failure.addSuppressed(cleanup);
    }
  }

  private List<Image> publish(List<WantedImage> wanted) throws ImageException {
    parts.layers().syncNames();
    parts.changes().lock();
    try {
      Set<Digest> claimed = claimed(wanted);
      show(wanted);
      List<Image> images = new ArrayList<>();
      for (WantedImage image : wanted) {
        if (!claimed.add(image.id())) {
          // The image has its claims from before.
          parts.layers().release(image.layers().stream().map(LayerSpec::diffId).toList());
        }
        ImageRecord stored = parts.catalog().state().listed().get(image.id());
        if (stored != null) {
          images.add(parts.image(stored));
        }
      }
      return images;
    } finally {
      parts.changes().unlock();
    }
  }

  /** Those that have claims already. */
  private Set<Digest> claimed(List<WantedImage> wanted) {
    Set<Digest> claimed = new HashSet<>();
    for (WantedImage image : wanted) {
      if (parts.catalog().state().any(image.id()) != null) {
        claimed.add(image.id());
      }
    }
    return claimed;
  }

  private void show(List<WantedImage> wanted) throws ImageException {
    Map<Digest, byte[]> documents = new HashMap<>();
    wanted.forEach(image -> documents.putAll(image.documents()));
    try {
      parts.blobs().put(documents);
      parts.catalog().publish(wanted.stream().map(this::record).toList());
    } catch (ImageException e) {
      documents.keySet().removeAll(parts.catalog().documents());
      try {
        parts.blobs().remove(documents.keySet());
      } catch (ImageException cleanup) {
        e.addSuppressed(cleanup);
      }
      throw e;
    }
  }

  private ImageRecord record(WantedImage image) {
    return new ImageRecord(
        ImageRecord.VERSION,
        image.id().toString(),
        image.tags(),
        image.digests(),
        image.documents().keySet().stream().map(Digest::toString).sorted().toList(),
        image.layers().stream().map(layer -> layer.diffId().toString()).toList(),
        image.layers().stream().mapToLong(layer -> layer.blob().size()).sum(),
        image.config().user(),
        parts.catalog().nextSequence(),
        clock.instant().toString());
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
              .fact("ids", images.stream().map(Image::id).toList())
              .fact("bytes", progress.bytes())
              .fact("unpacked", progress.count(LayerProgress.Stage.DONE))
              .fact("present", progress.count(LayerProgress.Stage.PRESENT));
          return images;
        });
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
      return install(wanted, opened, progress);
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

  @Override
  public void close() {
    registries.close();
  }
}
