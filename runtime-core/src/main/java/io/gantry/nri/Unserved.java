package io.gantry.nri;

import com.google.protobuf.Message;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.LinuxContainerAdjustment;
import io.gantry.api.nri.v1alpha1.LinuxResources;
import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;
import java.util.List;

/** Refuses, by its name, what a plugin may ask for and Gantry does not do. */
final class Unserved {

  private final String plugin;

  private Unserved(String plugin) {
    this.plugin = plugin;
  }

  static void refuse(String plugin, ContainerAdjustment adjustment) {
    Unserved unserved = new Unserved(plugin);
    unserved.refuseUnknown(adjustment);
    unserved.refuse("hooks.poststart", adjustment.getHooks().getPoststartCount() > 0);
    unserved.refuse("hooks.poststop", adjustment.getHooks().getPoststopCount() > 0);
    LinuxContainerAdjustment linux = adjustment.getLinux();
    unserved.refuse("linux.cgroups_path", !linux.getCgroupsPath().isEmpty());
    unserved.refuse("linux.io_priority", linux.hasIoPriority());
    unserved.refuse("linux.seccomp_policy", linux.hasSeccompPolicy());
    unserved.refuse("linux.namespaces", linux.getNamespacesCount() > 0);
    unserved.refuse("linux.sysctl", linux.getSysctlCount() > 0);
    unserved.refuse("linux.net_devices", linux.getNetDevicesCount() > 0);
    unserved.refuse("linux.scheduler", linux.hasScheduler());
    unserved.refuse("linux.rdt", linux.hasRdt());
    unserved.refuse("linux.memory_policy", linux.hasMemoryPolicy());
    unserved.refuse(linux.getResources());
  }

  static void refuse(String plugin, ContainerUpdate update) {
    Unserved unserved = new Unserved(plugin);
    unserved.refuseUnknown(update);
    unserved.refuse(update.getLinux().getResources());
  }

  /** What a newer protocol may have. */
  private void refuseUnknown(Message message) {
    message.getUnknownFields().asMap().keySet().stream()
        .findFirst()
        .ifPresent(number ->
            refuse(
                "field %d of %s, which is newer than Gantry"
                    .formatted(number, message.getDescriptorForType().getName()),
                true));
    for (Object value : message.getAllFields().values()) {
      List<?> values = value instanceof List<?> list ? list : List.of(value);
      for (Object each : values) {
        if (each instanceof Message inner) {
          refuseUnknown(inner);
        }
      }
    }
  }

  private void refuse(LinuxResources resources) {
    var memory = resources.getMemory();
    refuse("linux.resources.memory.reservation", memory.hasReservation());
    refuse("linux.resources.memory.kernel", memory.hasKernel());
    refuse("linux.resources.memory.kernel_tcp", memory.hasKernelTcp());
    refuse("linux.resources.memory.swappiness", memory.hasSwappiness());
    refuse("linux.resources.memory.disable_oom_killer", memory.hasDisableOomKiller());
    refuse("linux.resources.memory.use_hierarchy", memory.hasUseHierarchy());
    refuse("linux.resources.cpu.realtime_runtime", resources.getCpu().hasRealtimeRuntime());
    refuse("linux.resources.cpu.realtime_period", resources.getCpu().hasRealtimePeriod());
    refuse("linux.resources.blockio_class", resources.hasBlockioClass());
    refuse("linux.resources.rdt_class", resources.hasRdtClass());
    refuse("linux.resources.devices", resources.getDevicesCount() > 0);
  }

  private void refuse(String what, boolean asked) {
    if (asked) {
      throw new UnsupportedException(
          new Subject("NRI plugin", plugin),
          "NRI plugin " + plugin + " asks for " + what + ", which Gantry does not change",
          "configure the plugin to leave it, or remove the plugin");
    }
  }
}
