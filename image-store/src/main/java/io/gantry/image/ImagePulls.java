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
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

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
   * @param rule what the policy wants as the pull begins
   */
  private record PullKey(ImageReference reference, RegistryAuth auth, Rule rule) {
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
    PullKey key = new PullKey(reference, auth, Rule.of(parts.settings().policy(), reference));
    return new Waiting(pulls.board(key, THREADS, new PullWork(key)));
  }

  /**
   * The policy as it was read for one pull: what it wants, or why there may be no pull. A refusal
   * is equal to no other, so that each is told to who has earned it.
   */
  private record Rule(@Nullable SignatureCheck check, @Nullable ImageException refusal) {

    static Rule of(@Nullable Path policy, ImageReference reference) {
      try {
        return new Rule(SignatureCheck.of(policy, reference), null);
      } catch (ImageException e) {
        return new Rule(null, e);
      }
    }

    SignatureCheck require() throws ImageException {
      if (check == null) {
        throw Objects.requireNonNull(refusal);
      }
      return check;
    }
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
    private final PullKey key;
    private final Progress progress = new Progress();

    PullWork(PullKey key) {
      this.key = key;
    }

    @Override
    public Image run() throws ImageException {
      try {
        return WorkReport.of(
            parts.observer(), Work.PULL, key.reference(), report -> pullNow(key, progress, report));
      } finally {
        progress.end();
      }
    }
  }

  private Image pullNow(PullKey key, Progress progress, WorkReport report) throws ImageException {
    ImageReference reference = key.reference();
    SignatureCheck check = key.rule().require();
    Repository repository = registries.repository(reference, key.auth());
    report.over(repository.traffic());
    ImageResolver resolver = new ImageResolver(repository, parts.settings().platform(), reference);
    Optional<Image> present = present(reference, check, repository, resolver);
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
      ImageReference reference, SignatureCheck check, Repository repository, ImageResolver resolver)
      throws ImageException {
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
