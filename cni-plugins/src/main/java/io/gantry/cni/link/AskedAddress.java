package io.gantry.cni.link;

import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.linux.netlink.MacAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The link address that a caller wants the container's interface to have. */
public final class AskedAddress {

  private AskedAddress() {}

  /** By the capability {@code mac}, {@code args.cni.mac} or {@code MAC=}; null where by none. */
  public static @Nullable MacAddress of(PluginCall call) throws CniException {
    ConfigNode fields = call.config().fields();
    List<String> asked =
        List.of(
            call.config().runtimeConfig().text("mac", ""),
            fields.node("args").node("cni").text("mac", ""),
            call.args().getOrDefault("MAC", ""),
            fields.text("mac", ""));
    for (String text : asked) {
      if (!text.isEmpty()) {
        return parsed(text);
      }
    }
    return null;
  }

  private static MacAddress parsed(String text) throws CniException {
    try {
      return MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw CniException.invalid("a link address was asked for that is none: " + text);
    }
  }
}
