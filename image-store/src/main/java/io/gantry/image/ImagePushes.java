package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.outgoing.ImageAssembly;
import io.gantry.image.outgoing.KeptPacking;
import io.gantry.image.outgoing.LayerPacking;
import io.gantry.image.outgoing.OutgoingImage;
import io.gantry.image.outgoing.OutgoingLayer;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.LayerProgress.Stage;
import io.gantry.image.progress.Progress;
import io.gantry.image.progress.WorkObserver.Work;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Destination;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistryClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How images go to registries: one layer after the other is packed and sent, then the config, and
 * the manifest that names them last. Safe for all threads.
 */
final class ImagePushes {

  private final StoreParts parts;
  private final ImageOutlet outlet;
  private final ImageNaming naming;
  private final RegistryClient registries;

  ImagePushes(StoreParts parts, ImageOutlet outlet, ImageNaming naming, RegistryClient registries) {
    this.parts = parts;
    this.outlet = outlet;
    this.naming = naming;
    this.registries = registries;
  }

  /** As {@link ImageStore#push}. */
  PushedImage push(Image image, ImageReference name, RegistryAuth auth, Progress progress)
      throws ImageException {
    return WorkReport.of(
        parts.observer(),
        Work.PUSH,
        name,
        report -> {
          Destination destination = registries.destination(name, auth);
          report.over(destination.traffic());
          PushedImage pushed = pushNow(image, name, destination, progress);
          report
              .fact("digest", pushed.image().manifest())
              .fact("bytes", destination.traffic().sent())
              .fact("sent", pushed.sent())
              .fact("present", pushed.present());
          return pushed;
        });
  }

  private PushedImage pushNow(
      Image image, ImageReference name, Destination destination, Progress progress)
      throws ImageException {
    try (ImageOutlet.Stay _ = outlet.stay(List.of(image))) {
      requireDigest(image, name);
      List<LayerProgress> rows = rows(image);
      progress.add(rows);
      List<OutgoingLayer> layers = new ArrayList<>();
      List<String> elsewhere = elsewhere(image, name);
      for (int i = 0; i < rows.size(); i++) {
        layers.add(layer(image.diffIds().get(i), destination, elsewhere, rows.get(i)));
      }
      OutgoingImage outgoing = ImageAssembly.of(outlet.origin(image), image.diffIds(), layers);
      finish(destination, outgoing, name);
      naming.pushed(image, outgoing, name);
      DepartedImage departed = DepartedImage.of(outgoing, List.of(name));
      int present = (int) rows.stream().filter(row -> row.stage() == Stage.PRESENT).count();
      return new PushedImage(departed, layers.size() - present, present);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "image " + image.id(), "cannot push it: " + e.getMessage(), "check the disk", e);
    }
  }

  /** With the sizes that they came with, until they are packed. */
  private List<LayerProgress> rows(Image image) throws ImageException {
    List<LayerProgress> rows = new ArrayList<>();
    for (Digest diffId : image.diffIds()) {
      Descriptor origin = parts.layers().origin(diffId);
      rows.add(LayerProgress.waiting(origin.digest().toString(), origin.size()));
    }
    return rows;
  }

  private OutgoingLayer layer(
      Digest diffId, Destination destination, List<String> elsewhere, LayerProgress row)
      throws IOException {
    row.reached(Stage.PACKING);
    try (LayerPacking packing = parts.compressedPacking()) {
      OutgoingLayer layer = packing.pack(diffId);
      row.measured(layer.blob().size());
      boolean sent =
          destination.blob(
              layer.blob(), () -> row.sending(layer.source().open(layer.blob())), elsewhere);
      row.reached(sent ? Stage.DONE : Stage.PRESENT);
      return layer;
    }
  }

  /** Under a digest goes only what has it, which is known before anything is sent. */
  private void requireDigest(Image image, ImageReference name) throws IOException {
    Digest wanted = name.digest();
    if (wanted == null || wanted.equals(digestAsItCame(image))) {
      return;
    }
    throw new ImageException.Invalid(
        name.toString(),
        "image " + image.id() + " leaves from here with another digest",
        "push it under a tag; with image.keep_blobs, what is pulled keeps its digest");
  }

  /** Null when a layer of it has to be packed anew. */
  private @Nullable Digest digestAsItCame(Image image) throws IOException {
    try (KeptPacking packing = parts.compressedPacking()) {
      List<OutgoingLayer> layers = new ArrayList<>();
      for (Digest diffId : image.diffIds()) {
        packing.kept(diffId).ifPresent(layers::add);
      }
      return layers.size() < image.diffIds().size()
          ? null
          : ImageAssembly.of(outlet.origin(image), image.diffIds(), layers).manifest().digest();
    }
  }

  private static void finish(Destination destination, OutgoingImage image, ImageReference name)
      throws ImageException {
    destination.blob(
        image.config(), () -> new ByteArrayInputStream(image.configContent()), List.of());
    destination.manifest(name.tagOrDigest(), image.manifest(), image.manifestContent());
  }

  /** Repositories of the same registry from which this image is known. */
  private static List<String> elsewhere(Image image, ImageReference name) throws ImageException {
    Set<String> repositories = new LinkedHashSet<>();
    for (String digest : image.repoDigests()) {
      ImageReference known = ImageReference.parse(digest);
      if (known.registry().equals(name.registry())) {
        repositories.add(known.repository());
      }
    }
    return List.copyOf(repositories);
  }
}
