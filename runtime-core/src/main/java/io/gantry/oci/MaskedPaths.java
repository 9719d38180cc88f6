package io.gantry.oci;

import io.gantry.container.SecuritySpec;
import java.util.List;

/**
 * What of /proc and /sys a container must not see or change. A request that names none gets the
 * usual ones: CRI cannot tell "none" from "not said", and forgetting them must not open the
 * machine.
 */
record MaskedPaths(List<String> hidden, List<String> readOnly) {

  private static final MaskedPaths NONE = new MaskedPaths(List.of(), List.of());

  /** Kernel memory, keys, timers, firmware and power meters: each has leaked secrets once. */
  private static final List<String> HIDDEN =
      List.of(
          "/proc/acpi",
          "/proc/asound",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/sys/devices/virtual/powercap",
          "/sys/firmware");

  /** Settings of the whole machine that have files in /proc. */
  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  MaskedPaths {
    hidden = List.copyOf(hidden);
    readOnly = List.copyOf(readOnly);
  }

  static MaskedPaths of(SecuritySpec security) {
    if (security.privileged()) {
      return NONE;
    }
    return new MaskedPaths(
        security.maskedPaths().isEmpty() ? HIDDEN : security.maskedPaths(),
        security.readOnlyPaths().isEmpty() ? READ_ONLY : security.readOnlyPaths());
  }
}
