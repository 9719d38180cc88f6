package io.gantry.cni.bridge;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import java.nio.charset.StandardCharsets;

/**
 * What the bridge plugin may be told; names and defaults are those of CNI's.
 *
 * @param gateway the bridge gets the gateway's address
 * @param defaultRoute the container's default route goes by the bridge
 * @param forceAddress another address of the bridge in a block that overlaps is taken away
 * @param masquerade what leaves the container's block does so as the node
 * @param mtu bytes, or 0 for that of the way out
 * @param hairpin a frame may go back to where it came from
 * @param isolated ports cannot talk to each other, only to the bridge
 * @param withoutInterface the container's end stays down and gets no address
 * @param spoofCheck frames with another source address than the container's own are dropped
 */
record BridgeConfig(
    String bridge,
    boolean gateway,
    boolean defaultRoute,
    boolean forceAddress,
    boolean masquerade,
    int mtu,
    boolean hairpin,
    boolean promiscuous,
    boolean isolated,
    boolean withoutInterface,
    Vlans vlans,
    boolean spoofCheck) {

  private static final int LONGEST_NAME = 15;
  private static final int SMALLEST_MTU = 68;
  private static final int LARGEST_MTU = 65535;

  static BridgeConfig of(PluginConfig config) throws CniException {
    ConfigNode fields = config.fields();
    boolean defaultRoute = fields.flag("isDefaultGateway", false);
    BridgeConfig read =
        new BridgeConfig(
            fields.text("bridge", "cni0"),
            fields.flag("isGateway", false) || defaultRoute,
            defaultRoute,
            fields.flag("forceAddress", false),
            fields.flag("ipMasq", false),
            (int) fields.number("mtu", 0, 0, LARGEST_MTU),
            fields.flag("hairpinMode", false),
            fields.flag("promiscMode", false),
            fields.flag("portIsolation", false),
            fields.flag("disableContainerInterface", false),
            Vlans.of(fields),
            fields.flag("macspoofchk", false));
    read.verify();
    return read;
  }

  private void verify() throws CniException {
    verifyName(bridge);
    if (mtu != 0 && mtu < SMALLEST_MTU) {
      throw CniException.invalid("field mtu must be 0 or at least " + SMALLEST_MTU + ": " + mtu);
    }
    if (gateway && vlans.access() != 0) {
      verifyName(gatewayName());
    }
    if (hairpin && promiscuous) {
      throw CniException.invalid("fields hairpinMode and promiscMode exclude each other");
    }
  }

  private static void verifyName(String name) throws CniException {
    if (name.isEmpty()
        || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME
        || name.chars().anyMatch(c -> c == '/' || Character.isWhitespace(c))) {
      throw CniException.invalid(
          "field bridge: an interface's name has 1 to 15 bytes without slash or space: " + name);
    }
  }

  /** The interface that has the gateway's address: the bridge, or its end of the one VLAN. */
  String gatewayName() {
    return vlans.access() == 0 ? bridge : bridge + "." + vlans.access();
  }
}
