package io.gantry.image;

import io.gantry.image.archive.LayoutTar;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ConfigDocument;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.Manifest;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.outgoing.ImageAssembly;
import io.gantry.image.outgoing.LayerPacking;
import io.gantry.image.outgoing.OutgoingImage;
import io.gantry.image.outgoing.OutgoingLayer;
import io.gantry.image.progress.WorkObserver.Work;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How images leave, and what is told of how they were made. Safe for all threads. */
final class ImageOutlet {

  private static final Logger LOG = LoggerFactory.getLogger(ImageOutlet.class);

  private final StoreParts parts;
  private final ImageDeparture departure;

  ImageOutlet(StoreParts parts, ImageDeparture departure) {
    this.parts = parts;
    this.departure = departure;
  }

  /** As {@link ImageStore#history}. */
  List<HistoryStep> history(Image image) throws ImageException {
    Iterator<Digest> layers = image.diffIds().iterator();
    List<HistoryStep> history = new ArrayList<>();
    String name = "config of image " + image.id();
    for (ConfigDocument.Step step :
        ConfigDocument.read(name, parts.blobs().get(image.id())).history()) {
      Digest layer = step.emptyLayer() || !layers.hasNext() ? null : layers.next();
      history.add(told(step, layer));
    }
    // Some builders write no history, or one of a part of the layers.
    layers.forEachRemaining(
        layer -> history.add(told(new ConfigDocument.Step("", "", "", "", false), layer)));
    return history;
  }

  private HistoryStep told(ConfigDocument.Step step, @Nullable Digest layer) {
    return new HistoryStep(
        step.created(),
        step.createdBy(),
        step.author(),
        step.comment(),
        layer,
        layer == null ? 0 : parts.layers().bytes(List.of(layer)));
  }

  /** As {@link ImageStore#export}. */
  ImageExport export(List<ImageExport.Wanted> images) throws ImageException {
    WorkReport report =
        WorkReport.begin(parts.observer(), Work.EXPORT, "")
            .about(images.stream().flatMap(ImageOutlet::told).toList());
    return report.part(self -> pack(images, self));
  }

  private static Stream<String> told(ImageExport.Wanted wanted) {
    return wanted.names().isEmpty()
        ? Stream.of(wanted.image().id().toString())
        : wanted.names().stream().map(ImageReference::toString);
  }

  private ImageExport pack(List<ImageExport.Wanted> images, WorkReport report)
      throws ImageException {
    Stay stay = stay(images.stream().map(ImageExport.Wanted::image).toList());
    try {
      List<LayoutTar.Named> ready = new ArrayList<>();
      LayerPacking packing = parts.plainPacking();
      Map<Digest, OutgoingLayer> packed = new HashMap<>();
      for (ImageExport.Wanted wanted : images) {
        ready.add(new LayoutTar.Named(outgoing(wanted.image(), packing, packed), wanted.names()));
      }
      return new LayoutExport(ready, report, stay::close);
    } catch (ImageException | RuntimeException e) {
      stay.close();
      throw e;
    }
  }

  /** Images that do not go until this is closed. */
  @FunctionalInterface
  interface Stay extends AutoCloseable {
    @Override
    void close();
  }

  /** Keeps images from going; a hold is on one image, so each gets an owner of its own. */
  Stay stay(List<Image> images) throws ImageException {
    List<String> owners = new ArrayList<>();
    Stay stay = () -> owners.forEach(this::letGo);
    try {
      for (Digest id : images.stream().map(Image::id).distinct().toList()) {
        String owner = "leaving-" + UUID.randomUUID();
        departure.hold(id, owner);
        owners.add(owner);
      }
      return stay;
    } catch (ImageException e) {
      stay.close();
      throw e;
    }
  }

  private void letGo(String owner) {
    try {
      departure.release(owner);
    } catch (ImageException e) {
      LOG.warn("the next start does it: {}", e.getMessage());
    }
  }

  private OutgoingImage outgoing(
      Image image, LayerPacking packing, Map<Digest, OutgoingLayer> packed) throws ImageException {
    try {
      List<OutgoingLayer> layers = new ArrayList<>();
      for (Digest diffId : image.diffIds()) {
        OutgoingLayer known = packed.get(diffId);
        OutgoingLayer layer = known == null ? packing.pack(diffId) : known;
        packed.put(diffId, layer);
        layers.add(layer);
      }
      return ImageAssembly.of(origin(image), image.diffIds(), layers);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "image " + image.id(),
          "its layers cannot be read: " + e.getMessage(),
          "check the disk",
          e);
    }
  }

  ImageAssembly.Origin origin(Image image) throws ImageException {
    return new ImageAssembly.Origin(image.id(), parts.blobs().get(image.id()), manifest(image));
  }

  /** The manifest among the image's documents that names its config; null when there is none. */
  private ImageAssembly.@Nullable Signed manifest(Image image) throws ImageException {
    ImageRecord record = parts.catalog().state().any(image.id());
    List<String> documents = record == null ? List.of() : record.documents();
    for (Digest document :
        documents.stream().flatMap(text -> ImageCatalog.known(text).stream()).toList()) {
      if (document.equals(image.id())) {
        continue;
      }
      byte[] content = parts.blobs().get(document);
      Manifest manifest = ManifestReader.read("document " + document, content, "");
      if (manifest instanceof Manifest.Single single
          && single.config().digest().equals(image.id())) {
        String type = MediaTypes.ofManifest(single);
        return new ImageAssembly.Signed(
            new Descriptor(type, document, content.length), content, single);
      }
    }
    return null;
  }
}
