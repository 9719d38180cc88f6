package io.gantry.cni.loopback;

import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkNamespaces;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** CNI's {@code loopback}: brings up the loopback interface of a network namespace. */
public final class LoopbackPlugin implements Plugin {

  public static final String TYPE = "loopback";

  /** The kernel gives a namespace's loopback this index, whatever else is in it. */
  private static final int INDEX = 1;

  private static final String NAME = "lo";
  private static final String MAC = "00:00:00:00:00:00";

  private final NetworkNamespaces namespaces;

  public LoopbackPlugin(NetworkNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  /** Brings it up; up already is fine. The kernel adds its addresses. */
  public void bringUp(Fd netns) throws IOException {
    namespaces
        .at(netns)
        .use(stack -> {
          stack.links().bringUp(INDEX);
          return null;
        });
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    PluginCall.Netns netns = call.requiredNetns();
    try {
      bringUp(netns.fd());
    } catch (IOException e) {
      throw CniException.failed(
          "cannot bring up lo of container " + call.containerId() + ": " + e.getMessage(), e);
    }
    Optional<CniResult> previous = call.config().previous();
    return previous.isPresent() ? previous.get() : own(netns.path());
  }

  private static CniResult own(String sandbox) {
    return new CniResult(
        List.of(new CniResult.Interface(NAME, MAC, 0, sandbox)),
        List.of(
            new CniResult.Ip(IpPrefix.parse("127.0.0.1/8"), null, 0),
            new CniResult.Ip(IpPrefix.parse("::1/128"), null, 0)),
        List.of(),
        CniResult.Dns.NONE);
  }

  @Override
  public void check(PluginCall call) throws CniException {
    try {
      boolean up =
          namespaces
              .at(call.requiredNetns().fd())
              .<Boolean>use(stack -> stack.links().find(NAME).map(Link::up).orElse(false));
      if (!up) {
        throw CniException.changed("interface lo of container " + call.containerId() + " is down");
      }
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw CniException.failed("cannot look at lo: " + e.getMessage(), e);
    }
  }

  @Override
  public void del(PluginCall call) {
    // goes with the namespace
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) {
    // goes with the namespace
  }

  @Override
  public void status(PluginConfig config) {
    // every kernel has one
  }
}
