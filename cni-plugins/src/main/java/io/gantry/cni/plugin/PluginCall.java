package io.gantry.cni.plugin;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.Fd;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request for one container (CNI 1.1, section 2, "Parameters").
 *
 * @param netns null at DEL when the namespace is gone
 * @param ifName the interface inside the container
 * @param args of {@code CNI_ARGS}
 */
public record PluginCall(
    String containerId,
    @Nullable Netns netns,
    String ifName,
    Map<String, String> args,
    PluginConfig config) {

  /**
   * The container's network namespace.
   *
   * @param path by which other programs open it
   * @param fd stays the caller's
   */
  public record Netns(String path, Fd fd) {}

  public PluginCall {
    args = Map.copyOf(args);
  }

  /** The namespace of a call that needs one. */
  public Netns requiredNetns() throws CniException {
    if (netns == null) {
      throw new CniException(CniException.INVALID_ENVIRONMENT, "CNI_NETNS is missing");
    }
    return netns;
  }

  /** The same request to another plugin or with another configuration. */
  public PluginCall with(PluginConfig changed) {
    return new PluginCall(containerId, netns, ifName, args, changed);
  }

  /** The same request where the namespace is gone or about to go. */
  public PluginCall withoutNetns() {
    return new PluginCall(containerId, null, ifName, args, config);
  }
}
