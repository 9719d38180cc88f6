package io.gantry.cni.ptp;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;

/**
 * What the ptp plugin may be told; names and defaults are those of CNI's.
 *
 * @param masquerade what leaves the container's block does so as the node
 * @param mtu bytes, or 0 for Ethernet's
 * @param dns in place of what the address plugin says, unless empty
 */
record PtpConfig(boolean masquerade, int mtu, CniResult.Dns dns) {

  private static final int ETHERNET_MTU = 1500;
  private static final int LARGEST_MTU = 65535;

  static PtpConfig of(PluginConfig config) throws CniException {
    ConfigNode fields = config.fields();
    return new PtpConfig(
        fields.flag("ipMasq", false),
        (int) fields.number("mtu", 0, 0, LARGEST_MTU),
        ResultJson.dns(fields.node("dns")));
  }

  int usedMtu() {
    return mtu == 0 ? ETHERNET_MTU : mtu;
  }
}
