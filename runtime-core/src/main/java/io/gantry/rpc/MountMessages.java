package io.gantry.rpc;

import io.gantry.api.cri.v1.Device;
import io.gantry.api.cri.v1.Mount;
import io.gantry.api.cri.v1.MountPropagation;
import io.gantry.container.DeviceSpec;
import io.gantry.container.MountSpec;
import io.gantry.pod.UserMapping;
import java.util.ArrayList;
import java.util.List;
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
    refuseWhatIsNotThere(mount, field);
    MountSpec.Propagation propagation =
        propagation(mount.getPropagation(), field.in("propagation"));
    checkRecursive(mount, propagation, field.in("recursive_read_only"));
    return new MountSpec(
        field.in("container_path").absolute(mount.getContainerPath()),
        field.in("host_path").absolute(mount.getHostPath()),
        mount.getReadonly(),
        mount.getRecursiveReadOnly(),
        propagation,
        UserMessages.isMapped(
            mount.getUidMappingsList(), mount.getGidMappingsList(), users, field));
  }

  private static void refuseWhatIsNotThere(Mount mount, Field field) {
    if (mount.hasImage()) {
      throw field.in("image").unsupported("image volumes are not there yet", "");
    }
    if (mount.getMountOptionsCount() > 0) {
      throw field.in("mount_options").unsupported("mount options are not there yet", "");
    }
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
    return Mount.newBuilder()
        .setContainerPath(mount.containerPath())
        .setHostPath(mount.hostPath())
        .setReadonly(mount.readOnly())
        .setRecursiveReadOnly(mount.recursiveReadOnly())
        .setPropagation(
            switch (mount.propagation()) {
              case PRIVATE -> MountPropagation.PROPAGATION_PRIVATE;
              case HOST_TO_CONTAINER -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
              case BIDIRECTIONAL -> MountPropagation.PROPAGATION_BIDIRECTIONAL;
            })
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
