package io.gantry.cni.macvlan;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.netlink.MacvlanLink;
import java.util.Locale;

/**
 * What the macvlan plugin may be told; names and defaults are those of CNI's.
 *
 * @param master the interface to share; empty for the one that the default route leaves by
 * @param mtu bytes, or 0 for the master's
 * @param masterInContainer whether the master is in the container's namespace
 * @param broadcastQueue frames for everybody that may wait, or 0
 */
record MacvlanConfig(
    String master, MacvlanLink.Mode mode, int mtu, boolean masterInContainer, int broadcastQueue) {

  private static final int LARGEST_MTU = 65535;

  static MacvlanConfig of(PluginConfig config) throws CniException {
    ConfigNode fields = config.fields();
    return new MacvlanConfig(
        fields.text("master", ""),
        mode(fields),
        (int) fields.number("mtu", 0, 0, LARGEST_MTU),
        fields.flag("linkInContainer", false),
        (int) fields.number("bcqueuelen", 0, 0, Integer.MAX_VALUE));
  }

  private static MacvlanLink.Mode mode(ConfigNode fields) throws CniException {
    String text = fields.text("mode", "bridge");
    for (MacvlanLink.Mode mode : MacvlanLink.Mode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
        return mode;
      }
    }
    throw CniException.invalid(
        "field mode must be bridge, private, vepa or passthru, not \"" + text + "\"");
  }
}
