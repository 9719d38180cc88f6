package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.outgoing.ImageAssembly;
import io.gantry.image.outgoing.KeptPacking;
import io.gantry.image.outgoing.LayerPacking;
import io.gantry.image.outgoing.OutgoingImage;
import io.gantry.image.outgoing.OutgoingLayer;
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
  PushedImage push(Image image, ImageReference name, RegistryAuth auth) throws ImageException {
    return WorkReport.of(
        parts.observer(),
        Work.PUSH,
        name,
        report -> {
          Destination destination = registries.destination(name, auth);
          report.over(destination.traffic());
          PushedImage pushed = pushNow(image, name, destination);
          report
              .fact("digest", pushed.image().manifest())
              .fact("bytes", destination.traffic().sent())
              .fact("sent", pushed.sent())
              .fact("present", pushed.present());
          return pushed;
        });
  }

  private PushedImage pushNow(Image image, ImageReference name, Destination destination)
      throws ImageException {
    try (ImageOutlet.Stay _ = outlet.stay(List.of(image))) {
      requireDigest(image, name);
      int sent = 0;
      List<OutgoingLayer> layers = new ArrayList<>();
      List<String> elsewhere = elsewhere(image, name);
      for (Digest diffId : image.diffIds()) {
        try (LayerPacking packing = parts.compressedPacking()) {
          OutgoingLayer layer = packing.pack(diffId);
          boolean bytes =
              destination.blob(layer.blob(), () -> layer.source().open(layer.blob()), elsewhere);
          sent += bytes ? 1 : 0;
          layers.add(layer);
        }
      }
      OutgoingImage outgoing = ImageAssembly.of(outlet.origin(image), image.diffIds(), layers);
      finish(destination, outgoing, name);
      naming.pushed(image, outgoing, name);
      DepartedImage departed = DepartedImage.of(outgoing, List.of(name));
      return new PushedImage(departed, sent, layers.size() - sent);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "image " + image.id(), "cannot push it: " + e.getMessage(), "check the disk", e);
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
