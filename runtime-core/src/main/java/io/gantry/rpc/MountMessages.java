package io.gantry.rpc;

import io.gantry.api.cri.v1.Device;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.Mount;
import io.gantry.api.cri.v1.MountPropagation;
import io.gantry.container.DeviceSpec;
import io.gantry.container.ImageUse;
import io.gantry.container.MountSpec;
import io.gantry.pod.UserMapping;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** CRI Mount and Device from and to their domain forms. */
final class MountMessages {

  private static final String ALL_PERMISSIONS = "rwm";

  private MountMessages() {}

  /**
   * @param users the pod's, or null
   */
  static List<MountSpec> mounts(List<Mount> mounts, @Nullable UserMapping users, Field field) {
    List<MountSpec> specs = new ArrayList<>(mounts.size());
    for (int i = 0; i < mounts.size(); i++) {
      specs.add(mount(mounts.get(i), users, field.item(i)));
    }
    return specs;
  }

  private static MountSpec mount(Mount mount, @Nullable UserMapping users, Field field) {
    MountSpec.Propagation propagation =
        propagation(mount.getPropagation(), field.in("propagation"));
    checkRecursive(mount, propagation, field.in("recursive_read_only"));
    boolean isImage = mount.hasImage();
    boolean mapped =
        UserMessages.isMapped(mount.getUidMappingsList(), mount.getGidMappingsList(), users, field);
    return new MountSpec(
        field.in("container_path").absolute(mount.getContainerPath()),
        isImage ? "" : field.in("host_path").absolute(mount.getHostPath()),
        mount.getReadonly(),
        mount.getRecursiveReadOnly(),
        propagation,
        mapped,
        options(mount.getMountOptionsList(), field.in("mount_options")),
        isImage ? image(mount, field) : null);
  }

  /** Written to by nobody: several containers may have it (CRI Mount.image). */
  private static MountSpec.ImageVolume image(Mount mount, Field field) {
    if (!mount.getHostPath().isEmpty()) {
      throw field.in("host_path").wrong("is set together with image", "set one of them");
    }
    if (!mount.getReadonly()) {
      throw field.in("readonly").wrong("is not set for an image", "nobody may write to it: set it");
    }
    if (mount.getPropagation() != MountPropagation.PROPAGATION_PRIVATE) {
      throw field.in("propagation").wrong("is set for an image", "use PROPAGATION_PRIVATE");
    }
    Field subPath = field.in("image_sub_path");
    return new MountSpec.ImageVolume(
        field.in("image.image").required(mount.getImage().getImage()),
        subPath.text(mount.getImageSubPath()),
        null);
  }

  private static Set<MountSpec.Option> options(List<String> names, Field field) {
    Set<MountSpec.Option> options = EnumSet.noneOf(MountSpec.Option.class);
    for (int i = 0; i < names.size(); i++) {
      options.add(option(names.get(i), field.item(i)));
    }
    return options;
  }

  private static MountSpec.Option option(String name, Field field) {
    return switch (name) {
      case "noexec" -> MountSpec.Option.NOEXEC;
      case "nodev" -> MountSpec.Option.NODEV;
      case "nosuid" -> MountSpec.Option.NOSUID;
      default -> throw field.wrong("is " + name, "give noexec, nodev or nosuid");
    };
  }

  /** CRI Mount.recursive_read_only: only together with readonly and without propagation. */
  private static void checkRecursive(Mount mount, MountSpec.Propagation propagation, Field field) {
    if (!mount.getRecursiveReadOnly()) {
      return;
    }
    if (!mount.getReadonly()) {
      throw field.wrong("is set without readonly", "");
    }
    if (propagation != MountSpec.Propagation.PRIVATE) {
      throw field.wrong("is set together with propagation", "use PROPAGATION_PRIVATE");
    }
  }

  private static MountSpec.Propagation propagation(MountPropagation propagation, Field field) {
    return switch (propagation) {
      case PROPAGATION_PRIVATE -> MountSpec.Propagation.PRIVATE;
      case PROPAGATION_HOST_TO_CONTAINER -> MountSpec.Propagation.HOST_TO_CONTAINER;
      case PROPAGATION_BIDIRECTIONAL -> MountSpec.Propagation.BIDIRECTIONAL;
      case UNRECOGNIZED -> throw field.wrong("is no propagation", "");
    };
  }

  static Mount message(MountSpec mount) {
    Mount.Builder message =
        Mount.newBuilder()
            .setContainerPath(mount.containerPath())
            .setHostPath(mount.hostPath())
            .setReadonly(mount.readOnly())
            .setRecursiveReadOnly(mount.recursiveReadOnly())
            .setPropagation(
                switch (mount.propagation()) {
                  case PRIVATE -> MountPropagation.PROPAGATION_PRIVATE;
                  case HOST_TO_CONTAINER -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
                  case BIDIRECTIONAL -> MountPropagation.PROPAGATION_BIDIRECTIONAL;
                });
    mount.options().stream()
        .sorted()
        .forEach(option -> message.addMountOptions(option.name().toLowerCase(Locale.ROOT)));
    MountSpec.ImageVolume image = mount.image();
    if (image != null) {
      message.setImage(image(image)).setImageSubPath(image.subPath());
    }
    return message.build();
  }

  /** With the id of what is mounted, from which kubelet fills the volume's status. */
  private static ImageSpec image(MountSpec.ImageVolume image) {
    ImageUse use = image.use();
    return ImageSpec.newBuilder()
        .setImage(image.reference())
        .setUserSpecifiedImage(image.reference())
        .setImageRef(use == null ? "" : use.id())
        .build();
  }

  static List<DeviceSpec> devices(List<Device> devices, Field field) {
    List<DeviceSpec> specs = new ArrayList<>(devices.size());
    for (int i = 0; i < devices.size(); i++) {
      specs.add(device(devices.get(i), field.item(i)));
    }
    return specs;
  }

  private static DeviceSpec device(Device device, Field field) {
    String hostPath = field.in("host_path").absolute(device.getHostPath());
    String containerPath = field.in("container_path").absoluteOrEmpty(device.getContainerPath());
    String permissions = device.getPermissions();
    if (!permissions.chars().allMatch(c -> ALL_PERMISSIONS.indexOf(c) >= 0)) {
      throw field.in("permissions").wrong("is " + permissions, "give letters of rwm");
    }
    return new DeviceSpec(
        containerPath.isEmpty() ? hostPath : containerPath,
        hostPath,
        permissions.isEmpty() ? ALL_PERMISSIONS : permissions);
  }
}
