package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.LinuxContainerAdjustment;
import io.gantry.api.nri.v1alpha1.LinuxResources;
import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;

/** Refuses, by its name, what a plugin may ask for and Gantry does not do. */
final class Unserved {

  private final String plugin;

  private Unserved(String plugin) {
    this.plugin = plugin;
  }

  static void refuse(String plugin, ContainerAdjustment adjustment) {
    Unserved unserved = new Unserved(plugin);
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

  static void refuse(String plugin, LinuxResources resources) {
    new Unserved(plugin).refuse(resources);
  }

  private void refuse(LinuxResources resources) {
    var memory = resources.getMemory();
    refuse("memory.reservation", memory.hasReservation());
    refuse("memory.kernel", memory.hasKernel());
    refuse("memory.kernel_tcp", memory.hasKernelTcp());
    refuse("memory.swappiness", memory.hasSwappiness());
    refuse("memory.disable_oom_killer", memory.hasDisableOomKiller());
    refuse("memory.use_hierarchy", memory.hasUseHierarchy());
    refuse("cpu.realtime_runtime", resources.getCpu().hasRealtimeRuntime());
    refuse("cpu.realtime_period", resources.getCpu().hasRealtimePeriod());
    refuse("blockio_class", resources.hasBlockioClass());
    refuse("rdt_class", resources.hasRdtClass());
    refuse("devices of resources", resources.getDevicesCount() > 0);
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
