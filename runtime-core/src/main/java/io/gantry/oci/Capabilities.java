package io.gantry.oci;

import io.gantry.container.SecuritySpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Which capabilities a container is granted. The mask goes into the bounding, effective and
 * permitted set. The inheritable and ambient ones hold what was asked for as ambient; where nothing
 * was, the kernel itself takes everything from a user other than root at the exec.
 */
public final class Capabilities {

  /** What a container has that asks for nothing: the set that Docker and containerd grant too. */
  public static final Set<Capability> DEFAULT =
      Set.copyOf(
          EnumSet.of(
              Capability.CHOWN,
              Capability.DAC_OVERRIDE,
              Capability.FOWNER,
              Capability.FSETID,
              Capability.KILL,
              Capability.SETGID,
              Capability.SETUID,
              Capability.SETPCAP,
              Capability.NET_BIND_SERVICE,
              Capability.NET_RAW,
              Capability.SYS_CHROOT,
              Capability.MKNOD,
              Capability.AUDIT_WRITE,
              Capability.SETFCAP));

  private static final String ALL = "ALL";

  private Capabilities() {}

  /**
   * The mask for a container (CRI LinuxContainerSecurityContext.capabilities): {@code ALL} first,
   * then single names, drops after adds; what is to be ambient is added as well. Privileged is all
   * there is.
   *
   * @param available the daemon's own bounding set; nothing beyond it can be granted
   */
  public static long granted(SecuritySpec security, long available) {
    Set<Capability> added = named(security.addCapabilities());
    Set<Capability> dropped = named(security.dropCapabilities());
    added.addAll(named(security.ambientCapabilities()));
    if (security.privileged()) {
      return available;
    }
    long mask = start(security, available);
    mask |= Capability.mask(added);
    mask &= ~Capability.mask(dropped);
    return mask & available;
  }

  /**
   * Those of the granted ones that stay when a user other than root executes a program (CRI
   * Capability.add_ambient_capabilities; capabilities(7)).
   *
   * @param granted as {@link #granted} decided; nothing beyond it can be ambient
   */
  public static long ambient(SecuritySpec security, long granted) {
    Set<String> names = security.ambientCapabilities();
    return hasAll(names) ? granted : Capability.mask(named(names)) & granted;
  }

  private static long start(SecuritySpec security, long available) {
    if (hasAll(security.dropCapabilities())) {
      return 0;
    }
    return hasAll(security.addCapabilities()) ? available : Capability.mask(DEFAULT);
  }

  private static boolean hasAll(Set<String> names) {
    return names.stream().anyMatch(ALL::equalsIgnoreCase);
  }

  private static Set<Capability> named(Set<String> names) {
    Set<Capability> found = EnumSet.noneOf(Capability.class);
    for (String name : names) {
      if (!name.toUpperCase(Locale.ROOT).equals(ALL)) {
        found.add(Capability.named(name));
      }
    }
    return found;
  }

  /** The bounding set of this process: {@code CapBnd} of proc_pid_status(5). */
  public static long ofThisProcess() throws IOException {
    return bounding(Files.readString(Path.of("/proc/self/status")));
  }

  static long bounding(String status) throws IOException {
    return status
        .lines()
        .filter(line -> line.startsWith("CapBnd:"))
        .findFirst()
        .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .orElseThrow(() -> new IOException("read /proc/self/status: no line CapBnd"));
  }
}
