package io.gantry.image.archive;

import io.gantry.image.content.BlobSource;
import io.gantry.image.content.LayerSpec;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.DockerArchiveImage;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.manifest.Manifest;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.manifest.Platform;
import io.gantry.image.manifest.PlatformChoice;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tar file with images in it: an OCI layout (image spec, image-layout.md) or what {@code docker
 * save} writes. Opened by one thread, then safe for reading by several.
 */
public final class ImageArchive implements BlobSource {

  private static final int MAX_DOCUMENT = 4 << 20;

  /** Of all images together: they are in memory until the last layer is unpacked. */
  private static final int MAX_DOCUMENTS = 16 << 20;

  private static final int MAX_INDEX_DEPTH = 4;
  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String CONTAINERD_NAME = "io.containerd.image.name";

  private final TarMembers members;
  private final Platform platform;
  private final Map<Digest, String> paths = new HashMap<>();
  private final Map<Long, Digest> digests = new HashMap<>();
  private int documents;

  private ImageArchive(TarMembers members, Platform platform) {
    this.members = members;
    this.platform = platform;
  }

  /**
   * Opens an archive.
   *
   * @param tar an uncompressed tar file that stays as it is
   */
  public static ImageArchive open(Path tar, Platform platform) throws IOException {
    return new ImageArchive(TarMembers.index(tar), platform);
  }

  /** The images for this machine, in the archive's order. */
  public List<ArchivedImage> images() throws IOException {
    if (members.has("index.json") && members.has("oci-layout")) {
      return layoutImages();
    }
    if (members.has("manifest.json")) {
      return dockerImages();
    }
    throw new ImageException.Unsupported(
        "archive",
        "it has neither index.json with oci-layout nor manifest.json",
        "use an OCI layout or docker-archive tar");
  }

  private List<ArchivedImage> layoutImages() throws IOException {
    byte[] content = members.read("index.json", MAX_DOCUMENT);
    Manifest top = ManifestReader.read("index.json", content, MediaTypes.OCI_INDEX);
    if (!(top instanceof Manifest.Index index)) {
      throw new ImageException.Corrupt("index.json", "it is no index", "", null);
    }
    Map<Digest, ArchivedImage> images = new LinkedHashMap<>();
    boolean alternatives = index.entries().stream().noneMatch(this::isNamed);
    for (Manifest.Entry entry : index.entries()) {
      Platform wanted = entry.platform();
      boolean elsewhere = wanted != null && !wanted.runsOn(platform);
      if (alternatives && index.entries().size() > 1 && elsewhere) {
        continue;
      }
      ArchivedImage image = layoutImage(entry.descriptor());
      images.merge(image.id(), image, ImageArchive::merged);
    }
    return List.copyOf(images.values());
  }

  private boolean isNamed(Manifest.Entry entry) {
    Map<String, String> annotations = entry.descriptor().annotations();
    return annotations.containsKey(REF_NAME) || annotations.containsKey(CONTAINERD_NAME);
  }

  private static ArchivedImage merged(ArchivedImage one, ArchivedImage other) {
    List<ImageReference> names = new ArrayList<>(one.names());
    names.addAll(other.names());
    return new ArchivedImage(
        names.stream().distinct().toList(),
        one.id(),
        one.config(),
        one.manifest(),
        one.documents(),
        one.layers());
  }

  private ArchivedImage layoutImage(Descriptor entry) throws IOException {
    Map<Digest, byte[]> documents = new LinkedHashMap<>();
    List<Digest> digests = new ArrayList<>();
    Descriptor at = entry;
    for (int depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
      byte[] content = blob(at.digest());
      documents.put(at.digest(), content);
      digests.add(at.digest());
      switch (ManifestReader.read("manifest " + at.digest(), content, at.mediaType())) {
        case Manifest.Index index ->
            at = PlatformChoice.choose(index, platform, "index " + at.digest());
        case Manifest.Single single -> {
          return layoutImage(single, names(entry), digests, documents);
        }
      }
    }
    throw new ImageException.Refused("archive", "its indexes are nested too deeply", "");
  }

  private ArchivedImage layoutImage(
      Manifest.Single single,
      List<ImageReference> names,
      List<Digest> digests,
      Map<Digest, byte[]> documents)
      throws IOException {
    Digest id = single.config().digest();
    byte[] content = blob(id);
    documents.put(id, content);
    ImageConfig config = ManifestReader.config("config " + id, content);
    List<LayerSpec> layers = LayerSpec.pair(single.layers(), config, "config " + id);
    for (Descriptor layer : single.layers()) {
      paths.put(layer.digest(), path(layer.digest()));
    }
    return new ArchivedImage(names, id, config, digests, documents, layers);
  }

  private byte[] blob(Digest digest) throws IOException {
    byte[] content = document(path(digest));
    if (!digest.ofSameKind(content).equals(digest)) {
      throw new ImageException.Corrupt(
          "archive file " + path(digest), "it has the wrong digest", "save the image again", null);
    }
    return content;
  }

  private byte[] document(String member) throws IOException {
    byte[] content = members.read(member, MAX_DOCUMENT);
    documents += content.length;
    if (documents > MAX_DOCUMENTS) {
      throw new ImageException.Refused(
          "archive",
          "its manifests and configs are over " + MAX_DOCUMENTS + " bytes together",
          "split the archive");
    }
    return content;
  }

  private static String path(Digest digest) {
    return "blobs/" + digest.algorithm() + "/" + digest.hex();
  }

  /** A bare tag without a repository names nothing; a name with either sign is a reference. */
  private static List<ImageReference> names(Descriptor entry) throws ImageException {
    List<ImageReference> names = new ArrayList<>();
    for (String key : List.of(CONTAINERD_NAME, REF_NAME)) {
      String name = entry.annotations().getOrDefault(key, "");
      boolean whole = name.indexOf('/') >= 0 || name.indexOf(':') >= 0;
      if (whole && names.isEmpty()) {
        names.add(ImageReference.parse(name));
      }
    }
    return names;
  }

  private List<ArchivedImage> dockerImages() throws IOException {
    List<ArchivedImage> images = new ArrayList<>();
    byte[] content = members.read("manifest.json", MAX_DOCUMENT);
    for (DockerArchiveImage image : ManifestReader.dockerArchive(content)) {
      images.add(dockerImage(image));
    }
    return images;
  }

  private ArchivedImage dockerImage(DockerArchiveImage image) throws IOException {
    byte[] content = document(image.config());
    Digest id = Digest.ofBytes(content);
    ImageConfig config = ManifestReader.config("config " + image.config(), content);
    List<Descriptor> blobs = new ArrayList<>();
    for (String layer : image.layers()) {
      Digest digest = digest(layer);
      paths.put(digest, layer);
      blobs.add(new Descriptor(MediaTypes.OCI_LAYER, digest, members.size(layer)));
    }
    List<ImageReference> names = new ArrayList<>();
    for (String tag : image.repoTags()) {
      names.add(ImageReference.parse(tag));
    }
    List<LayerSpec> layers = LayerSpec.pair(blobs, config, "config " + image.config());
    return new ArchivedImage(names, id, config, List.of(), Map.of(id, content), layers);
  }

  /**
   * A docker-archive says no digests of its layers, so they are taken from the bytes; from the same
   * bytes once, however often they are named.
   */
  private Digest digest(String member) throws IOException {
    long place = members.place(member);
    Digest known = digests.get(place);
    if (known != null) {
      return known;
    }
    Digest digest = digestOf(member);
    digests.put(place, digest);
    return digest;
  }

  private Digest digestOf(String member) throws IOException {
    MessageDigest hash = Digest.newSha256();
    byte[] chunk = new byte[64 << 10];
    try (InputStream in = members.open(member)) {
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        hash.update(chunk, 0, n);
      }
    }
    return Digest.finishSha256(hash);
  }

  @Override
  public InputStream open(Descriptor blob) throws IOException {
    @Nullable String path = paths.get(blob.digest());
    if (path == null) {
      throw new ImageException.NotFound("blob " + blob.digest(), "the archive lacks it", "");
    }
    return members.open(path);
  }
}
