package io.gantry.container;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was asked for (CRI ContainerConfig), checked at the edge.
 *
 * @param image the reference or id as it came
 * @param command replaces the image's entrypoint (and its arguments) when not empty
 * @param arguments replaces the image's arguments when not empty
 * @param environment {@code NAME=value}, later ones win; added to the image's
 * @param logPath absolute path of the log file (log directory of the pod joined with the
 *     container's), or empty
 * @param imageNote what came beside the image's name
 * @param stopSignal a name such as {@code SIGTERM}, or empty for the image's or TERM
 */
public record ContainerSpec(
    ContainerMetadata metadata,
    String image,
    List<String> command,
    List<String> arguments,
    String workingDirectory,
    List<String> environment,
    List<MountSpec> mounts,
    List<DeviceSpec> devices,
    SortedMap<String, String> labels,
    SortedMap<String, String> annotations,
    String logPath,
    boolean stdin,
    boolean stdinOnce,
    boolean tty,
    String stopSignal,
    ResourceSpec resources,
    SecuritySpec security,
    ImageNote imageNote) {

  public ContainerSpec {
    command = List.copyOf(command);
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
    mounts = List.copyOf(mounts);
    devices = List.copyOf(devices);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    imageNote = ImageNote.orNone(imageNote);
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
  }
}
