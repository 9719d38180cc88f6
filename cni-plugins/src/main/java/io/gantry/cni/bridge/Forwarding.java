package io.gantry.cni.bridge;

import io.gantry.cni.spec.CniResult;
import io.gantry.cni.sysctl.Sysctls;
import java.io.IOException;
import java.util.List;

/** The switches that let a node pass packets on between its interfaces (ip-sysctl). */
public final class Forwarding {

  private static final String VERSION4 = "net/ipv4/ip_forward";
  private static final String VERSION6 = "net/ipv6/conf/all/forwarding";

  private final Sysctls sysctls;

  public Forwarding(Sysctls sysctls) {
    this.sysctls = sysctls;
  }

  /** Switches on what the addresses' families need; on already is fine, also where read-only. */
  public void ensure(List<CniResult.Ip> ips) throws IOException {
    if (ips.stream().anyMatch(ip -> ip.address().isVersion4())) {
      ensure(VERSION4);
    }
    if (ips.stream().anyMatch(ip -> !ip.address().isVersion4())) {
      ensure(VERSION6);
    }
  }

  private void ensure(String name) throws IOException {
    try {
      sysctls.ensure(name, "1");
    } catch (IOException e) {
      throw new IOException(
          "cannot switch on " + name + ", without which pods reach only their own node: " + e, e);
    }
  }
}
