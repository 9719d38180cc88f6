package io.gantry.image;

import io.gantry.image.content.BlobSource;
import io.gantry.image.content.LayerSpec;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.LayerTar;
import io.gantry.image.manifest.ConfigChanges;
import io.gantry.image.manifest.ConfigDocument;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.outgoing.StagedTar;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.Digest;
import io.gantry.image.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How images are made of containers: the writable layer is read into a tar aside, and that tar
 * takes the way of every layer that comes in. Safe for all threads.
 */
final class ImageCommits {

  private static final Logger LOG = LoggerFactory.getLogger(ImageCommits.class);

  private final StoreParts parts;
  private final ImageIntake intake;
  private final ImageDeparture departure;
  private final Snapshots snapshots;
  private final Clock clock;

  ImageCommits(
      StoreParts parts,
      ImageIntake intake,
      ImageDeparture departure,
      Snapshots snapshots,
      Clock clock) {
    this.parts = parts;
    this.intake = intake;
    this.departure = departure;
    this.snapshots = snapshots;
    this.clock = clock;
  }

  /** As {@link ImageStore#commit}. */
  Image commit(Commit commit, Commit.Stillness stillness, Progress progress) throws ImageException {
    String owner = "commit-" + UUID.randomUUID();
    departure.hold(commit.base(), owner);
    Path file = parts.layout().staging().resolve(owner);
    try (StagedTar tar = StagedTar.at(file)) {
      // Before anything is read: who asked for nonsense should not wait for it.
      ConfigDocument config = config(commit);
      stillness.during(() -> read(commit, tar));
      return install(commit, config, tar, progress);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "container " + commit.snapshot(),
          "cannot commit: " + e.getMessage(),
          "check the disk of the image store",
          e);
    } finally {
      letGo(owner);
    }
  }

  private ConfigDocument config(Commit commit) throws ImageException {
    byte[] base = parts.blobs().get(commit.base());
    ConfigDocument config = ConfigDocument.read("config of image " + commit.base(), base);
    ConfigChanges.apply(config, commit.changes());
    return config;
  }

  private void read(Commit commit, StagedTar tar) throws IOException {
    try (LayerTar layer =
        LayerTar.of(
            parts.files(),
            snapshots.changes(commit.snapshot()),
            parts.settings().privileges(),
            parts.settings().limits().maxBytes())) {
      tar.write(layer, "container " + commit.snapshot());
    }
  }

  private Image install(Commit commit, ConfigDocument config, StagedTar tar, Progress progress)
      throws IOException {
    Digest diffId = tar.digest();
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    config.addLayer(
        diffId,
        new ConfigDocument.Step(now, commit.createdBy(), commit.author(), commit.message(), false));
    byte[] content = config.bytes();
    Digest id = Digest.ofBytes(content);
    Descriptor top = new Descriptor(MediaTypes.OCI_LAYER, diffId, tar.size());
    List<LayerSpec> layers = new ArrayList<>(base(commit.base()));
    layers.add(new LayerSpec(top, diffId));
    BlobSource source =
        blob -> {
          if (!blob.digest().equals(diffId)) {
            throw new ImageException.NotFound(
                "layer " + blob.digest(), "the image below has lost it", "pull that image again");
          }
          return tar.open();
        };
    String tag = commit.name() == null ? null : commit.name().repoTag();
    return intake
        .install(
            List.of(
                new WantedImage(
                    id,
                    ManifestReader.config("config " + id, content),
                    tag == null ? List.of() : List.of(tag),
                    List.of(),
                    Map.of(id, content),
                    layers)),
            source,
            progress)
        .getFirst();
  }

  /** The layers of the image below, which are here because it is held. */
  private List<LayerSpec> base(Digest image) throws ImageException {
    ImageRecord record = parts.catalog().state().any(image);
    if (record == null) {
      throw StoreParts.unknown(image);
    }
    List<LayerSpec> layers = new ArrayList<>();
    for (Digest diffId : StoreParts.diffIds(record)) {
      layers.add(new LayerSpec(parts.layers().origin(diffId), diffId));
    }
    return layers;
  }

  private void letGo(String owner) {
    try {
      departure.release(owner);
    } catch (ImageException e) {
      LOG.warn("the next start does it: {}", e.getMessage());
    }
  }
}
