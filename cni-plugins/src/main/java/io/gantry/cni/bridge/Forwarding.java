package io.gantry.cni.bridge;

import io.gantry.linux.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The switch that lets a node pass packets on between its interfaces (ip-sysctl, ip_forward). */
public final class Forwarding {

  private static final String SWITCH = "net/ipv4/ip_forward";

  private final NetworkNamespace namespace;
  private final Path sysctls;

  /**
   * Looks at the switch of one namespace.
   *
   * @param sysctls {@code /proc/sys}; what is below {@code net} is the reading thread's namespace's
   */
  public Forwarding(NetworkNamespace namespace, Path sysctls) {
    this.namespace = namespace;
    this.sysctls = sysctls;
  }

  /** Switches it on; on already is fine, also where the file cannot be written. */
  void ensure() throws IOException {
    Path file = sysctls.resolve(SWITCH);
    try {
      namespace.call(() -> switchedOn(file));
    } catch (IOException e) {
      throw new IOException(
          "cannot write 1 to " + file + ", without which pods reach only their own node: " + e, e);
    }
  }

  private static boolean switchedOn(Path file) throws IOException {
    if (!Files.readString(file).strip().equals("1")) {
      Files.writeString(file, "1\n", StandardOpenOption.WRITE);
    }
    return true;
  }
}
