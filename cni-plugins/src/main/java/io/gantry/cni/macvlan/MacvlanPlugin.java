package io.gantry.cni.macvlan;

import io.gantry.cni.link.AskedAddress;
import io.gantry.cni.link.ContainerLink;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.NodeLinkName;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.ReachedFromOutside;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.MacvlanLink;
import io.gantry.linux.netlink.NetworkNamespace;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CNI's {@code macvlan}: the container gets a link address of its own on an interface of the node,
 * and so is a machine of its own on the network outside.
 */
public final class MacvlanPlugin implements Plugin, ReachedFromOutside {

  public static final String TYPE = "macvlan";

  /** Of names that interfaces have only until they are where they belong. */
  private static final String PREFIX = "mv";

  private final NetworkNamespaces namespaces;
  private final NetworkStack node;
  private final AddressPlugin addresses;
  private final Sysctls sysctls;

  /**
   * A plugin for one node.
   *
   * @param node the namespace that has the shared interface; stays the caller's
   */
  public MacvlanPlugin(
      NetworkNamespaces namespaces, NetworkStack node, AddressPlugin addresses, Sysctls sysctls) {
    this.namespaces = namespaces;
    this.node = node;
    this.addresses = addresses;
    this.sysctls = sysctls;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    MacvlanConfig config = MacvlanConfig.of(call.config());
    NetworkNamespace container = namespaces.at(call.requiredNetns().fd());
    MacAddress mac = AskedAddress.of(call);
    try {
      // before anything that a failure would undo: an interface of that name is another's
      container.use(inside -> refuseTaken(inside, call.ifName()));
      CniResult given = addresses.add(call);
      try {
        return attached(call, config, mac, given, container);
      } catch (IOException | RuntimeException e) {
        undo(call, e);
        throw e;
      }
    } catch (IOException e) {
      throw failure("attach container " + call.containerId() + " to", config, e);
    }
  }

  private static boolean refuseTaken(NetworkStack inside, String name) throws IOException {
    if (inside.links().find(name).isPresent()) {
      throw CniException.failed("the container has an interface " + name + " already", null);
    }
    return true;
  }

  private CniResult attached(
      PluginCall call,
      MacvlanConfig config,
      @Nullable MacAddress mac,
      CniResult given,
      NetworkNamespace container)
      throws IOException {
    container.use(inside -> make(call, config, mac, inside));
    announceItself(call.ifName(), given, container);
    Link made =
        container.use(inside -> {
          ContainerLink link = new ContainerLink(inside, call.ifName());
          link.configure(given);
          return link.existing();
        });
    String text = made.mac() == null ? "" : made.mac().toString();
    CniResult.Interface shown =
        new CniResult.Interface(made.name(), text, made.mtu(), call.requiredNetns().path());
    return given
        .withInterfaces(List.of(shown))
        .withIps(given.ips().stream().map(ip -> ip.on(0)).toList())
        .withDns(ResultJson.dns(call.config().fields().node("dns")));
  }

  /** Neighbours learn at once that an address has another owner now (ip-sysctl). */
  private void announceItself(String name, CniResult given, NetworkNamespace container)
      throws IOException {
    Sysctls inside = sysctls.of(container);
    for (CniResult.Ip ip : given.ips()) {
      inside.ensure(
          ip.address().isVersion4()
              ? "net/ipv4/conf/" + name + "/arp_notify"
              : "net/ipv6/conf/" + name + "/ndisc_notify",
          "1");
    }
  }

  /**
   * Made under a name that no other interface has: the kernel looks for the final one in the node
   * too, and there it is taken more often than not.
   */
  private boolean make(
      PluginCall call, MacvlanConfig config, @Nullable MacAddress mac, NetworkStack inside)
      throws IOException {
    NetworkStack at = config.masterInContainer() ? inside : node;
    Link master = Master.find(at, config);
    String first = NodeLinkName.of(PREFIX, call.containerId(), call.ifName());
    int mtu = config.mtu() == 0 ? master.mtu() : config.mtu();
    delete(inside, first);
    at.links()
        .create(
            new MacvlanLink(
                first,
                master.index(),
                config.mode(),
                mac,
                mtu,
                config.broadcastQueue(),
                call.requiredNetns().fd()));
    inside.links().rename(new ContainerLink(inside, first).existing().index(), call.ifName());
    return true;
  }

  private static void delete(NetworkStack inside, String name) throws IOException {
    Optional<Link> link = inside.links().find(name);
    if (link.isEmpty()) {
      return;
    }
    try {
      inside.links().delete(link.get().index());
    } catch (SyscallException e) {
      if (!e.is(Errno.ENODEV)) {
        throw e;
      }
    }
  }

  private static CniException failure(String what, MacvlanConfig config, Exception e) {
    String master = config.master().isEmpty() ? "the interface outside" : config.master();
    return CniException.of(what + " " + master, e);
  }

  @Override
  public void check(PluginCall call) throws CniException {
    MacvlanConfig config = MacvlanConfig.of(call.config());
    CniResult result = call.config().requiredPrevious();
    addresses.check(call);
    try {
      namespaces
          .at(call.requiredNetns().fd())
          .use(inside -> {
            Link link = new ContainerLink(inside, call.ifName()).existing();
            if (!link.kind().equals(TYPE)) {
              throw CniException.changed("interface " + call.ifName() + " is no macvlan any more");
            }
            new ContainerLink(inside, call.ifName()).check(result);
            return null;
          });
    } catch (IOException e) {
      throw failure("look at container " + call.containerId() + " on", config, e);
    }
  }

  /** Where the namespace is gone, the kernel took the interface along. */
  @Override
  public void del(PluginCall call) throws CniException {
    MacvlanConfig config = MacvlanConfig.of(call.config());
    PluginCall.Netns netns = call.netns();
    try {
      if (netns != null) {
        namespaces
            .at(netns.fd())
            .use(inside -> {
              delete(inside, NodeLinkName.of(PREFIX, call.containerId(), call.ifName()));
              deleteOwn(inside, call.ifName());
              return null;
            });
      }
    } catch (IOException e) {
      throw failure("detach container " + call.containerId() + " from", config, e);
    }
    addresses.del(call);
  }

  /** After an ADD that failed early, an interface of that name may be another plugin's. */
  private static void deleteOwn(NetworkStack inside, String name) throws IOException {
    Optional<Link> link = inside.links().find(name);
    if (link.isPresent() && link.get().kind().equals(TYPE)) {
      delete(inside, name);
    }
  }

  /** Interfaces go with their namespaces; only addresses can stay behind. */
  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    addresses.gc(config, valid);
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    MacvlanConfig macvlan = MacvlanConfig.of(config);
    try {
      if (!macvlan.masterInContainer()) {
        Master.find(node, macvlan);
      }
    } catch (IOException e) {
      throw new CniException(CniException.NOT_AVAILABLE, String.valueOf(e.getMessage()), "", e);
    }
    addresses.status(config);
  }
}
