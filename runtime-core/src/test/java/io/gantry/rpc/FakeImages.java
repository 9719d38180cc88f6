package io.gantry.rpc;

import io.gantry.image.CheckObserver;
import io.gantry.image.Commit;
import io.gantry.image.DepartedImage;
import io.gantry.image.Finding;
import io.gantry.image.FsUsage;
import io.gantry.image.HistoryStep;
import io.gantry.image.Image;
import io.gantry.image.ImageExport;
import io.gantry.image.ImageHold;
import io.gantry.image.ImageStore;
import io.gantry.image.ImageUser;
import io.gantry.image.PushedImage;
import io.gantry.image.RunningPull;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.snapshot.DeclaredVolumes;
import io.gantry.image.snapshot.Snapshots;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Images that exist in memory only. A pull of {@code hangs} waits to be interrupted, {@code
 * unsigned} is against the policy; an archive that says {@code bad} is corrupt.
 */
final class FakeImages implements ImageStore {

  final List<Image> images = new CopyOnWriteArrayList<>();
  final List<Commit> commits = new CopyOnWriteArrayList<>();
  final List<RegistryAuth> auths = new CopyOnWriteArrayList<>();
  final CountDownLatch hanging = new CountDownLatch(1);
  final CountDownLatch importing = new CountDownLatch(1);
  final CountDownLatch givenUp = new CountDownLatch(1);

  static Image image(String tag, String content) {
    return new Image(
        Digest.ofBytes(content.getBytes(StandardCharsets.UTF_8)),
        List.of(tag),
        List.of(),
        1000 + content.length(),
        500,
        new ImageUser(OptionalLong.of(65534), ""),
        true,
        List.of(),
        Instant.EPOCH);
  }

  @Override
  public RunningPull begin(ImageReference reference, RegistryAuth auth) {
    Progress progress = new Progress();
    LayerProgress layer = LayerProgress.waiting("sha256:layer", 100);
    progress.add(List.of(LayerProgress.present("sha256:base", 7), layer));
    if (!reference.repository().endsWith("hangs")) {
      layer.reached(LayerProgress.Stage.DONE);
      progress.end();
    }
    return new FakePull(progress, () -> bring(reference, auth));
  }

  /** How a pull ends. */
  @FunctionalInterface
  private interface End {
    Image image() throws ImageException;
  }

  private record FakePull(Progress progress, End end) implements RunningPull {
    @Override
    public Image await() throws ImageException {
      return end.image();
    }

    @Override
    public void close() {}
  }

  private Image bring(ImageReference reference, RegistryAuth auth) throws ImageException {
    auths.add(auth);
    if (reference.repository().endsWith("hangs")) {
      hang();
      throw new ImageException.Cancelled("hangs", "given up");
    }
    if (reference.repository().endsWith("nobody")) {
      throw new ImageException.Unavailable(
          reference.toString(), "connect to example.org: refused", "check the network", null);
    }
    if (reference.repository().endsWith("unsigned")) {
      throw new ImageException.Untrusted("image " + reference, "no signature", "sign it");
    }
    Image image = image(String.valueOf(reference.repoTag()), reference.toString());
    images.add(image);
    return image;
  }

  private void hang() {
    hanging.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      givenUp.countDown();
    }
  }

  @Override
  public List<Image> importArchive(
      InputStream archive, @Nullable ImageReference name, Progress progress) throws ImageException {
    importing.countDown();
    try {
      String content = new String(archive.readAllBytes(), StandardCharsets.UTF_8);
      if (content.contains("bad")) {
        throw new ImageException.Corrupt("archive", "no tar", "pack it again", null);
      }
      progress.add(List.of(LayerProgress.present("sha256:base", 7)));
      Image image = image(name == null ? "in/archive:1" : name.toString(), content);
      images.add(image);
      return List.of(image);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      givenUp.countDown();
      throw new ImageException.Unavailable("archive", "cut short", "", e);
    }
  }

  @Override
  public List<Image> list() {
    return images;
  }

  @Override
  public Optional<Image> find(String nameOrId) {
    return images.stream()
        .filter(i -> i.repoTags().contains(nameOrId) || i.id().toString().equals(nameOrId))
        .findFirst();
  }

  @Override
  public void remove(Digest imageId) {
    images.removeIf(image -> image.id().equals(imageId));
  }

  @Override
  public void untag(ImageReference reference) {
    images.removeIf(image -> image.repoTags().contains(reference.toString()));
  }

  @Override
  public Image tag(Digest imageId, ImageReference name) {
    Image tagged = image(name.toString(), "tagged " + imageId);
    images.add(tagged);
    return tagged;
  }

  @Override
  public Image commit(Commit commit, Commit.Stillness stillness, Progress progress)
      throws ImageException {
    progress.add(List.of(LayerProgress.present("sha256:below", 7)));
    try {
      stillness.during(() -> commits.add(commit));
    } catch (IOException e) {
      throw new ImageException.Storage("commit", String.valueOf(e.getMessage()), "", e);
    }
    Image image = image(String.valueOf(commit.name()), "made of " + commit.snapshot());
    images.add(image);
    return image;
  }

  @Override
  public List<HistoryStep> history(Image image) {
    return List.of(
        new HistoryStep("", "first", "", "", image.id(), 7),
        new HistoryStep("2026-01-01T00:00:00Z", "second", "me", "done", null, 0));
  }

  @Override
  public PushedImage push(Image image, ImageReference name, RegistryAuth auth, Progress progress)
      throws ImageException {
    auths.add(auth);
    LayerProgress layer = LayerProgress.waiting("sha256:layer", 100);
    progress.add(List.of(LayerProgress.present("sha256:base", 7), layer));
    if (name.repository().endsWith("hangs")) {
      hang();
      throw new ImageException.Cancelled("hangs", "given up");
    }
    layer.reached(LayerProgress.Stage.DONE);
    return new PushedImage(new DepartedImage(image.id(), image.id(), List.of(name), false), 2, 1);
  }

  @Override
  public ImageExport export(List<ImageExport.Wanted> wanted) {
    return new FakeExport(wanted, givenUp);
  }

  @Override
  public List<Path> layers(Image image) {
    return List.of();
  }

  @Override
  public ImageConfig config(Image image) {
    return new ImageConfig(
        "amd64",
        "linux",
        "",
        "65534",
        List.of("A=b"),
        List.of("/bin/tool"),
        List.of(),
        "",
        "",
        List.of(),
        Map.of(),
        List.of(),
        List.of());
  }

  @Override
  public ImageHold hold(Digest imageId, String owner) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release(String owner) {}

  @Override
  public Map<String, Digest> holds() {
    return Map.of();
  }

  /** One bad layer, which can be repaired with jane's login. */
  @Override
  public void check(boolean repair, Map<String, RegistryAuth> logins, CheckObserver observer) {
    observer.progress(0, 10);
    observer.found(new Finding("layer sha256:a", "fs/etc/motd", "its content differs", List.of()));
    if (repair && logins.containsKey("example.org")) {
      observer.repaired("layer sha256:a");
    } else if (repair) {
      observer.notRepaired("layer sha256:a", "who are you");
    }
    observer.progress(10, 10);
  }

  @Override
  public FsUsage fsUsage() {
    return new FsUsage(Path.of("/store"), 77, 8);
  }

  @Override
  public DeclaredVolumes volumes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Snapshots snapshots() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
