package io.gantry.container;

import io.gantry.linux.cgroup.CgroupLimits;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for (CRI ContainerConfig), checked at the edge.
 *
 * @param image the reference or id as it came
 * @param command replaces the image's entrypoint (and its arguments) when not empty
 * @param arguments replaces the image's arguments when not empty
 * @param environment {@code NAME=value}, later ones win; added to the image's
 * @param cdiDevices names of devices such as {@code vendor.com/gpu=0}; what they bring is in the
 *     other parts once the container is made
 * @param logPath absolute path of the log file (log directory of the pod joined with the
 *     container's), or empty
 * @param imageNote what came beside the image's name
 * @param stopSignal a name such as {@code SIGTERM}, or empty for the image's or TERM
 * @param hooks programs beside its start, which no request has of itself
 * @param changes of plugins; null for none
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
    List<String> cdiDevices,
    SortedMap<String, String> labels,
    SortedMap<String, String> annotations,
    String logPath,
    boolean stdin,
    boolean stdinOnce,
    boolean tty,
    String stopSignal,
    ResourceSpec resources,
    SecuritySpec security,
    ImageNote imageNote,
    List<Hook> hooks,
    @Nullable PluginChanges changes) {

  public ContainerSpec {
    command = List.copyOf(command);
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
    mounts = List.copyOf(mounts);
    devices = List.copyOf(devices);
    // Records of containers from before there were these have none.
    cdiDevices = cdiDevices == null ? List.of() : List.copyOf(cdiDevices);
    hooks = hooks == null ? List.of() : List.copyOf(hooks);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    imageNote = ImageNote.orNone(imageNote);
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
  }

  /** A request that no plugin has changed. */
  public ContainerSpec(
      ContainerMetadata metadata,
      String image,
      List<String> command,
      List<String> arguments,
      String workingDirectory,
      List<String> environment,
      List<MountSpec> mounts,
      List<DeviceSpec> devices,
      List<String> cdiDevices,
      SortedMap<String, String> labels,
      SortedMap<String, String> annotations,
      String logPath,
      boolean stdin,
      boolean stdinOnce,
      boolean tty,
      String stopSignal,
      ResourceSpec resources,
      SecuritySpec security,
      ImageNote imageNote,
      List<Hook> hooks) {
    this(
        metadata,
        image,
        command,
        arguments,
        workingDirectory,
        environment,
        mounts,
        devices,
        cdiDevices,
        labels,
        annotations,
        logPath,
        stdin,
        stdinOnce,
        tty,
        stopSignal,
        resources,
        security,
        imageNote,
        hooks,
        null);
  }

  /** As hooks and those who inspect the container see them; the request's stay as they are. */
  public SortedMap<String, String> runtimeAnnotations() {
    return changes == null ? annotations : changes.annotations();
  }

  /** Variables that it is not to have. */
  public Set<String> withoutEnvironment() {
    return changes == null ? Set.of() : changes.withoutEnvironment();
  }

  /** Limits of its processes beside the usual ones. */
  public List<Rlimit> rlimits() {
    return changes == null ? List.of() : changes.rlimits();
  }

  /**
   * The same with what plugins changed.
   *
   * @param words the whole command line, or empty for that of the request
   */
  public ContainerSpec changed(
      List<String> words, ResourceSpec otherResources, PluginChanges otherChanges) {
    return new ContainerSpec(
        metadata,
        image,
        words.isEmpty() ? command : words,
        words.isEmpty() ? arguments : List.of(),
        workingDirectory,
        environment,
        mounts,
        devices,
        cdiDevices,
        labels,
        annotations,
        logPath,
        stdin,
        stdinOnce,
        tty,
        stopSignal,
        otherResources,
        security,
        imageNote,
        hooks,
        otherChanges);
  }

  /** The same with what each image volume is now. */
  ContainerSpec resolved(Function<String, ImageUse> images) {
    List<MountSpec> known =
        mounts.stream()
            .map(mount ->
                mount.image() == null ? mount : mount.of(images.apply(mount.image().reference())))
            .toList();
    return with(known, resources, security, environment, devices, hooks);
  }

  ContainerSpec limitedTo(CgroupLimits limits) {
    ResourceSpec limited = new ResourceSpec(limits, resources.oomScoreAdjustment());
    return with(mounts, limited, security, environment, devices, hooks);
  }

  /** The same with what devices bring. */
  public ContainerSpec edited(
      List<String> otherEnvironment,
      List<MountSpec> otherMounts,
      List<DeviceSpec> otherDevices,
      List<Hook> otherHooks,
      SecuritySpec otherSecurity) {
    return with(otherMounts, resources, otherSecurity, otherEnvironment, otherDevices, otherHooks);
  }

  /** The same with other mounts. */
  public ContainerSpec mounting(List<MountSpec> others) {
    return with(others, resources, security, environment, devices, hooks);
  }

  private ContainerSpec with(
      List<MountSpec> otherMounts,
      ResourceSpec otherResources,
      SecuritySpec otherSecurity,
      List<String> otherEnvironment,
      List<DeviceSpec> otherDevices,
      List<Hook> otherHooks) {
    return new ContainerSpec(
        metadata,
        image,
        command,
        arguments,
        workingDirectory,
        otherEnvironment,
        otherMounts,
        otherDevices,
        cdiDevices,
        labels,
        annotations,
        logPath,
        stdin,
        stdinOnce,
        tty,
        stopSignal,
        otherResources,
        otherSecurity,
        imageNote,
        otherHooks,
        changes);
  }
}
