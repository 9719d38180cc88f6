package io.gantry.oci;

import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The capabilities of capabilities(7) with their numbers in the kernel. */
public enum Capability {
  CHOWN(0),
  DAC_OVERRIDE(1),
  DAC_READ_SEARCH(2),
  FOWNER(3),
  FSETID(4),
  KILL(5),
  SETGID(6),
  SETUID(7),
  SETPCAP(8),
  LINUX_IMMUTABLE(9),
  NET_BIND_SERVICE(10),
  NET_BROADCAST(11),
  NET_ADMIN(12),
  NET_RAW(13),
  IPC_LOCK(14),
  IPC_OWNER(15),
  SYS_MODULE(16),
  SYS_RAWIO(17),
  SYS_CHROOT(18),
  SYS_PTRACE(19),
  SYS_PACCT(20),
  SYS_ADMIN(21),
  SYS_BOOT(22),
  SYS_NICE(23),
  SYS_RESOURCE(24),
  SYS_TIME(25),
  SYS_TTY_CONFIG(26),
  MKNOD(27),
  LEASE(28),
  AUDIT_WRITE(29),
  AUDIT_CONTROL(30),
  SETFCAP(31),
  MAC_OVERRIDE(32),
  MAC_ADMIN(33),
  SYSLOG(34),
  WAKE_ALARM(35),
  BLOCK_SUSPEND(36),
  AUDIT_READ(37),
  PERFMON(38),
  BPF(39),
  CHECKPOINT_RESTORE(40);

  private static final String PREFIX = "CAP_";
  private static final Map<String, Capability> BY_NAME = new HashMap<>();

  static {
    for (Capability each : values()) {
      BY_NAME.put(each.name(), each);
    }
  }

  private final int number;

  Capability(int number) {
    this.number = number;
  }

  /** Its bit in a capability mask. */
  public long bit() {
    return 1L << number;
  }

  /** {@code CAP_NET_RAW}, as the OCI runtime specification writes it. */
  public String ociName() {
    return PREFIX + name();
  }

  /**
   * The capability of that name, with or without {@code CAP_}, in any case (CRI Capability: names
   * without prefix). An unknown one is an {@link InvalidException}.
   */
  static Capability named(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    String bare = upper.startsWith(PREFIX) ? upper.substring(PREFIX.length()) : upper;
    Capability found = BY_NAME.get(bare);
    if (found == null) {
      throw new InvalidException(
          new Subject("capability", name),
          "security_context.capabilities names \"" + name + "\", which no kernel has",
          "use a name of capabilities(7) without CAP_, or ALL");
    }
    return found;
  }

  static long mask(Collection<Capability> capabilities) {
    return capabilities.stream().mapToLong(Capability::bit).reduce(0, (a, b) -> a | b);
  }

  static Set<Capability> in(long mask) {
    Set<Capability> found = EnumSet.noneOf(Capability.class);
    for (Capability each : values()) {
      if ((mask & each.bit()) != 0) {
        found.add(each);
      }
    }
    return found;
  }

  /** The names of a mask's capabilities in the kernel's order. */
  static List<String> ociNames(long mask) {
    return in(mask).stream().map(Capability::ociName).toList();
  }
}
