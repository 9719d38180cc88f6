package io.gantry.image;

import io.gantry.image.content.Flights;
import io.gantry.image.content.Flights.Seat;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.gantry.image.progress.WorkObserver.Work;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistryClient;
import io.gantry.image.registry.Repository;
import io.gantry.image.signature.SignatureCheck;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** How images are pulled, each once for all who wait for it. Safe for all threads. */
final class ImagePulls implements AutoCloseable {

  /** Platform threads, because a pull ends with waits for the disk that would pin a carrier. */
  private static final Executor THREADS =
      work -> Thread.ofPlatform().name("gantry-pull").daemon().start(work);

  private final StoreParts parts;
  private final ImageIntake intake;
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

  ImagePulls(StoreParts parts, ImageIntake intake) {
    this.parts = parts;
    this.intake = intake;
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
    Image image =
        intake.install(List.of(wanted), new RegistryBlobs(repository), progress).getFirst();
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

  @Override
  public void close() {
    registries.close();
  }
}
