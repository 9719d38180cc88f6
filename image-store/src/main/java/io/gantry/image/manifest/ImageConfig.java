package io.gantry.image.manifest;

import io.gantry.image.reference.Digest;
import java.util.List;
import java.util.Map;

/**
 * What an image says about running it (OCI image spec, config.md, and the Docker config with the
 * same fields).
 *
 * @param created RFC 3339, or empty
 * @param user {@code user[:group]} by name or number, or empty for root
 * @param env {@code NAME=value}
 * @param workingDir absolute, or empty
 * @param stopSignal such as {@code SIGTERM} or {@code 15}, or empty
 * @param volumes paths
 * @param exposedPorts {@code 80/tcp}
 * @param diffIds digests of the uncompressed layers, lowest first
 */
public record ImageConfig(
    String architecture,
    String os,
    String created,
    String user,
    List<String> env,
    List<String> entrypoint,
    List<String> cmd,
    String workingDir,
    String stopSignal,
    List<String> volumes,
    Map<String, String> labels,
    List<String> exposedPorts,
    List<Digest> diffIds) {

  public ImageConfig {
    env = List.copyOf(env);
    entrypoint = List.copyOf(entrypoint);
    cmd = List.copyOf(cmd);
    volumes = List.copyOf(volumes);
    labels = Map.copyOf(labels);
    exposedPorts = List.copyOf(exposedPorts);
    diffIds = List.copyOf(diffIds);
  }
}
