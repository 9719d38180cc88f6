package io.gantry.image;

import io.gantry.image.reference.Digest;
import java.time.Instant;
import java.util.List;

/**
 * One image of the store, as it was when asked.
 *
 * @param id digest of the config
 * @param repoTags full names such as {@code docker.io/library/busybox:latest}, sorted
 * @param repoDigests {@code docker.io/library/busybox@sha256:...}, sorted
 * @param size bytes that the unpacked layers and the documents occupy here
 * @param transferSize bytes of the layers as the registry or archive had them
 * @param user whom the config wants to run as
 * @param pinned never removed to free space
 * @param diffIds the layers, lowest first
 * @param stored when it was first completed
 */
public record Image(
    Digest id,
    List<String> repoTags,
    List<String> repoDigests,
    long size,
    long transferSize,
    ImageUser user,
    boolean pinned,
    List<Digest> diffIds,
    Instant stored) {

  public Image {
    repoTags = List.copyOf(repoTags);
    repoDigests = List.copyOf(repoDigests);
    diffIds = List.copyOf(diffIds);
  }
}
