package io.gantry.image.reference;

import io.gantry.image.error.ImageException;
import org.jspecify.annotations.Nullable;

/**
 * An image reference with every default filled in, as Docker and containerd do: {@code busybox} is
 * {@code docker.io/library/busybox:latest}.
 *
 * @param registry host with optional port, such as {@code localhost:5000}
 * @param repository path below the host
 * @param tag null only when there is a digest
 * @param digest null when the reference names a tag only
 */
public record ImageReference(
    String registry, String repository, @Nullable String tag, @Nullable Digest digest) {

  private static final String DEFAULT_REGISTRY = "docker.io";
  private static final String DEFAULT_TAG = "latest";

  public ImageReference {
    if (tag == null && digest == null) {
      throw new IllegalArgumentException("a reference needs a tag or a digest");
    }
  }

  /**
   * Reads a reference as a person writes it; throws {@link ImageException.Invalid} naming the part
   * that is wrong.
   */
  public static ImageReference parse(String text) throws ImageException {
    return ReferenceParser.parse(text);
  }

  static ImageReference normalised(
      String registry, String repository, @Nullable String tag, @Nullable Digest digest) {
    String host = registry.equals("index.docker.io") ? DEFAULT_REGISTRY : registry;
    boolean official = host.equals(DEFAULT_REGISTRY) && repository.indexOf('/') < 0;
    String path = official ? "library/" + repository : repository;
    String label = tag == null && digest == null ? DEFAULT_TAG : tag;
    return new ImageReference(host, path, label, digest);
  }

  /** Registry and repository: what tags and digests of one image share. */
  public String name() {
    return registry + "/" + repository;
  }

  /** What the registry is asked for: the digest when there is one, because it is exact. */
  public String tagOrDigest() {
    return digest != null ? digest.toString() : String.valueOf(tag);
  }

  /** {@code name:tag} under which a pull of this reference is listed, or null with a digest. */
  public @Nullable String repoTag() {
    return digest == null ? name() + ":" + tag : null;
  }

  /** {@code name@digest} of one manifest in this repository. */
  public String repoDigest(Digest manifest) {
    return name() + "@" + manifest;
  }

  /** The whole reference; a tag beside a digest is kept. */
  @Override
  public String toString() {
    String label = tag == null ? "" : ":" + tag;
    return name() + label + (digest == null ? "" : "@" + digest);
  }
}
