package io.gantry.image.archive;

import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.DockerArchiveImage;
import io.gantry.image.manifest.ManifestWriter;
import io.gantry.image.outgoing.OutgoingImage;
import io.gantry.image.outgoing.OutgoingLayer;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.DigestedStream;
import io.gantry.image.reference.ImageReference;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes images as the tar of an OCI layout (image spec, image-layout.md), with the {@code
 * manifest.json} of a docker-archive beside its index, so that {@code docker load} reads it too.
 * The same images give the same bytes; what two images share is in it once. One thread.
 */
public final class LayoutTar {

  private static final int BUFFER = 64 << 10;
  private static final int MODE = 0644;
  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String CONTAINERD_NAME = "io.containerd.image.name";

  private final TarWriter tar;
  private final Set<Digest> written = new HashSet<>();

  /** An image and the names it is to have in the archive. */
  public record Named(OutgoingImage image, List<ImageReference> names) {
    public Named {
      names = List.copyOf(names);
    }
  }

  private LayoutTar(OutputStream out) {
    this.tar = new TarWriter(new BufferedOutputStream(out, BUFFER));
  }

  /** Writes all images; the stream stays open. */
  public static void write(List<Named> images, OutputStream out) throws IOException {
    LayoutTar layout = new LayoutTar(out);
    layout.documents(images);
    for (Named named : images) {
      for (OutgoingLayer layer : named.image().layers()) {
        layout.layer(layer);
      }
    }
    layout.tar.finish();
  }

  private void documents(List<Named> images) throws IOException {
    byte[] version = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);
    tar.file("oci-layout", MODE, version);
    List<Descriptor> entries = images.stream().flatMap(each -> entries(each).stream()).toList();
    tar.file("index.json", MODE, ManifestWriter.index(entries));
    List<DockerArchiveImage> docker = images.stream().map(LayoutTar::docker).toList();
    tar.file("manifest.json", MODE, ManifestWriter.dockerArchive(docker));
    for (Named named : images) {
      OutgoingImage image = named.image();
      document(image.manifest(), image.manifestContent());
      document(image.config(), image.configContent());
    }
  }

  private void document(Descriptor document, byte[] content) throws IOException {
    if (written.add(document.digest())) {
      tar.file(path(document), MODE, content);
    }
  }

  private void layer(OutgoingLayer layer) throws IOException {
    Descriptor blob = layer.blob();
    if (!written.add(blob.digest())) {
      return;
    }
    try (DigestedStream content =
        new DigestedStream(
            layer.source().open(blob), "layer " + blob.digest(), blob.digest(), blob.size())) {
      tar.file(path(blob), MODE, blob.size(), content);
    }
  }

  /** An entry for each name, as containerd writes them and buildkit reads them. */
  private static List<Descriptor> entries(Named named) {
    Descriptor manifest = named.image().manifest();
    List<Descriptor> entries = new ArrayList<>();
    for (ImageReference name : named.names()) {
      Map<String, String> annotations = new LinkedHashMap<>();
      annotations.put(CONTAINERD_NAME, name.toString());
      annotations.put(REF_NAME, name.tagOrDigest());
      entries.add(
          new Descriptor(manifest.mediaType(), manifest.digest(), manifest.size(), annotations));
    }
    return entries.isEmpty()
        ? List.of(new Descriptor(manifest.mediaType(), manifest.digest(), manifest.size()))
        : entries;
  }

  private static DockerArchiveImage docker(Named named) {
    OutgoingImage image = named.image();
    return new DockerArchiveImage(
        path(image.config()),
        named.names().stream().map(ImageReference::toString).toList(),
        image.layers().stream().map(layer -> path(layer.blob())).toList());
  }

  private static String path(Descriptor blob) {
    return "blobs/" + blob.digest().algorithm() + "/" + blob.digest().hex();
  }
}
