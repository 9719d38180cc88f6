package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/** Settings that tests share. */
public final class Examples {

  private Examples() {}

  /** Of a node in 10.244.0.0/16 and fd00:10::/32, whose own address is the default route's. */
  public static OverlaySettings settings(String nodeName) {
    return settings(nodeName, Path.of("/nonexistent/node.json"));
  }

  public static OverlaySettings settings(String nodeName, Path nodeFile) {
    return new OverlaySettings(
        nodeName,
        List.of(IpPrefix.parse("10.244.0.0/16"), IpPrefix.parse("fd00:10::/32")),
        "gtest.vx",
        7,
        4789,
        new OverlaySettings.UnderlayChoice(null, "eth0", 0),
        nodeFile);
  }

  public static Peer peer(String name, String address, String... blocks) {
    return new Peer(
        name,
        InetAddress.ofLiteral(address),
        List.of(blocks).stream().map(IpPrefix::parse).toList());
  }
}
