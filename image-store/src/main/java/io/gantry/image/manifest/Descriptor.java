package io.gantry.image.manifest;

import io.gantry.image.reference.Digest;
import java.util.Map;

/**
 * A pointer to content (OCI image spec, descriptor.md).
 *
 * @param size bytes
 * @param annotations such as {@code org.opencontainers.image.ref.name}
 */
public record Descriptor(
    String mediaType, Digest digest, long size, Map<String, String> annotations) {

  public Descriptor {
    annotations = Map.copyOf(annotations);
  }

  public Descriptor(String mediaType, Digest digest, long size) {
    this(mediaType, digest, size, Map.of());
  }
}
