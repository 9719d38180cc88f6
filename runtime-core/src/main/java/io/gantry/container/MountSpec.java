package io.gantry.container;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A path of the machine, or an image, inside the container (CRI Mount).
 *
 * @param hostPath absolute; made as a directory when it is missing; empty for an image
 * @param mapped owners are shown and taken as the pod's user namespace maps them
 * @param options what programs and files in it may not do
 * @param image instead of a path of the machine, or null
 */
public record MountSpec(
    String containerPath,
    String hostPath,
    boolean readOnly,
    boolean recursiveReadOnly,
    Propagation propagation,
    boolean mapped,
    Set<Option> options,
    @Nullable ImageVolume image) {

  /** CRI MountPropagation. */
  public enum Propagation {
    PRIVATE,
    HOST_TO_CONTAINER,
    BIDIRECTIONAL
  }

  /** Options of mount(8), for the mount and all that is mounted below it. */
  public enum Option {
    NOEXEC,
    NODEV,
    NOSUID
  }

  /**
   * An image whose files are mounted, read-only.
   *
   * @param reference as it came
   * @param subPath a path within the image, or empty for all of it
   * @param use the image that this was when the container was made; null before that
   */
  public record ImageVolume(String reference, String subPath, @Nullable ImageUse use) {}

  public MountSpec {
    // Records of containers from before there were options have none.
    options = options == null ? Set.of() : Set.copyOf(options);
  }

  /** A path of the machine without further options. */
  public MountSpec(
      String containerPath,
      String hostPath,
      boolean readOnly,
      boolean recursiveReadOnly,
      Propagation propagation,
      boolean mapped) {
    this(containerPath, hostPath, readOnly, recursiveReadOnly, propagation, mapped, Set.of(), null);
  }

  MountSpec of(ImageUse use) {
    ImageVolume volume = Objects.requireNonNull(image);
    return new MountSpec(
        containerPath,
        hostPath,
        readOnly,
        recursiveReadOnly,
        propagation,
        mapped,
        options,
        new ImageVolume(volume.reference(), volume.subPath(), use));
  }

  /** The image volumes among some mounts, in their order. */
  public static List<ImageVolume> images(List<MountSpec> mounts) {
    return mounts.stream().map(MountSpec::image).filter(Objects::nonNull).toList();
  }
}
