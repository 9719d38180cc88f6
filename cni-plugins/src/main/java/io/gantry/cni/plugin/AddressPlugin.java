package io.gantry.cni.plugin;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import java.util.Optional;
import java.util.Set;

/**
 * The plugin that an interface plugin asks for addresses: the one under {@code ipam.type} of its
 * own configuration (CNI 1.1, section 4). A configuration without {@code ipam} asks for none.
 */
public final class AddressPlugin {

  private final Plugins plugins;

  public AddressPlugin(Plugins plugins) {
    this.plugins = plugins;
  }

  /** Whether the configuration asks for addresses. */
  public static boolean wanted(PluginConfig config) throws CniException {
    return !type(config).isEmpty();
  }

  private static String type(PluginConfig config) throws CniException {
    ConfigNode ipam = config.fields().node("ipam");
    return ipam.text("type", "");
  }

  private Optional<Plugin> plugin(PluginConfig config) throws CniException {
    String type = type(config);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    Plugin found = plugins.of(type);
    if (!(found instanceof GivesAddresses)) {
      throw CniException.invalid("field ipam.type: plugin " + type + " gives no addresses");
    }
    return Optional.of(found);
  }

  /** Addresses, routes and DNS; an address has no interface yet. */
  public CniResult add(PluginCall call) throws CniException {
    Optional<Plugin> plugin = plugin(call.config());
    return plugin.isEmpty() ? CniResult.EMPTY : plugin.get().add(call);
  }

  public void check(PluginCall call) throws CniException {
    Optional<Plugin> plugin = plugin(call.config());
    if (plugin.isPresent()) {
      plugin.get().check(call);
    }
  }

  public void del(PluginCall call) throws CniException {
    Optional<Plugin> plugin = plugin(call.config());
    if (plugin.isPresent()) {
      plugin.get().del(call);
    }
  }

  public void gc(PluginConfig config, Set<Plugin.Attachment> valid) throws CniException {
    Optional<Plugin> plugin = plugin(config);
    if (plugin.isPresent()) {
      plugin.get().gc(config, valid);
    }
  }

  public void status(PluginConfig config) throws CniException {
    Optional<Plugin> plugin = plugin(config);
    if (plugin.isPresent()) {
      plugin.get().status(config);
    }
  }
}
