package io.gantry.image.manifest;

import java.util.List;

/**
 * One element of a docker-archive's {@code manifest.json}.
 *
 * @param config path in the archive
 * @param repoTags names
 * @param layers paths in the archive, lowest first
 */
public record DockerArchiveImage(String config, List<String> repoTags, List<String> layers) {

  public DockerArchiveImage {
    repoTags = List.copyOf(repoTags);
    layers = List.copyOf(layers);
  }
}
