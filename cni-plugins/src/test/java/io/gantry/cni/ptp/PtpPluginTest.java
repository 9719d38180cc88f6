package io.gantry.cni.ptp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.bridge.Forwarding;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.ipam.HostLocal;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PtpPluginTest {

  private static final String CONTAINER = "abcdef0123456789";
  private static final String HOST_END = "ppabcdef012345";
  private static final InetAddress GATEWAY = InetAddress.ofLiteral("10.1.1.1");
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.1.1.2");

  @TempDir Path temp;

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private PtpPlugin plugin;

  @BeforeEach
  void open() throws IOException {
    for (String name : List.of("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding")) {
      Path file = temp.resolve("sys").resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "0\n");
    }
    HostLocal addresses = new HostLocal(Linux.syscalls());
    plugin =
        new PtpPlugin(
            networks,
            node,
            new AddressPlugin(type -> addresses),
            new PacketTable(commands -> "", "gtest"),
            new Forwarding(new Sysctls(node, temp.resolve("sys"))));
  }

  private PluginCall call(Fd netns, String fields) throws IOException {
    return TestCalls.call(
        CONTAINER,
        netns,
        TestCalls.config(
            """
            {'type':'ptp','ipMasq':true,%s
             'ipam':{'type':'host-local','ranges':[[{'subnet':'10.1.1.0/24'}],
               [{'subnet':'fd01::/64'}]],'routes':[{'dst':'0.0.0.0/0'},{'dst':'::/0'}],
               'dataDir':'%s'}}
            """
                .formatted(fields, temp)));
  }

  private long addressesInUse() throws IOException {
    try (var files = Files.list(temp.resolve("net"))) {
      return files.filter(file -> file.getFileName().toString().matches("[0-9a-f.:_]+")).count();
    }
  }

  @Test
  void aContainerReachesEverythingByItsGatewayAlsoItsOwnBlock() throws Exception {
    try (Fd netns = networks.make()) {
      CniResult result = plugin.add(call(netns, "'mtu':1400,"));
      Link host = node.links().find(HOST_END).orElseThrow();
      assertThat(host.mtu()).isEqualTo(1400);
      assertThat(host.master()).isZero();
      assertThat(node.addresses().list())
          .containsExactlyInAnyOrder(
              new InterfaceAddress(host.index(), IpPrefix.host(GATEWAY)),
              new InterfaceAddress(host.index(), IpPrefix.parse("fd01::1/128")));
      assertThat(node.routes().list())
          .contains(
              new Route(IpPrefix.host(ADDRESS), null, host.index()),
              new Route(IpPrefix.parse("fd01::2/128"), null, host.index()));

      FakeNamespace inside = networks.at(netns);
      int eth0 = inside.links().find("eth0").orElseThrow().index();
      Route.Options from = Route.Options.NONE.withSource(ADDRESS);
      assertThat(inside.routes().list())
          .contains(
              new Route(IpPrefix.host(GATEWAY), null, eth0, from),
              new Route(IpPrefix.parse("10.1.1.0/24"), GATEWAY, eth0, from),
              new Route(IpPrefix.parse("0.0.0.0/0"), GATEWAY, eth0))
          .doesNotContain(new Route(IpPrefix.parse("10.1.1.0/24"), null, eth0));
      assertThat(result.interfaces())
          .extracting(CniResult.Interface::name)
          .containsExactly(HOST_END, "eth0");
      assertThat(result.ips()).allMatch(ip -> Integer.valueOf(1).equals(ip.interfaceIndex()));
      assertThat(Files.readString(temp.resolve("sys/net/ipv4/ip_forward"))).isEqualTo("1\n");
    }
  }

  @Test
  void delWithAndWithoutTheNamespaceAndTwiceLeavesNothing() throws Exception {
    for (boolean named : List.of(true, false)) {
      try (Fd netns = networks.make()) {
        PluginCall call = call(netns, "");
        PluginCall after = TestCalls.after(call, plugin.add(call));
        assertThat(addressesInUse()).isEqualTo(2);
        PluginCall del =
            new PluginCall(
                after.containerId(),
                named ? after.netns() : null,
                after.ifName(),
                after.args(),
                after.config());
        plugin.del(del);
        plugin.del(del);
        assertThat(node.links().find(HOST_END)).isEmpty();
        assertThat(addressesInUse()).isZero();
        assertThat(node.addresses().list()).isEmpty();
      }
    }
  }

  @Test
  void aFailureAtAnyStepLeavesNothing() throws Exception {
    int failed = 0;
    for (int step = 0; step < 30; step++) {
      try (Fd netns = networks.make()) {
        networks.failAfter(step, Errno.ENOMEM);
        PluginCall call = call(netns, "");
        try {
          plugin.add(call);
          networks.failAfter(1000, Errno.ENOMEM);
          plugin.del(call);
        } catch (CniException e) {
          failed++;
          assertThat(e).hasMessageContaining("ENOMEM");
          assertThat(node.links().find(HOST_END)).isEmpty();
          assertThat(addressesInUse()).isZero();
        }
      }
    }
    assertThat(failed).isGreaterThan(10);
  }

  @Test
  void whatIsGoneIsFoundByCheck() throws Exception {
    try (Fd netns = networks.make()) {
      PluginCall call = call(netns, "");
      CniResult result = plugin.add(call);
      int host = node.links().find(HOST_END).orElseThrow().index();
      Route route = new Route(IpPrefix.host(ADDRESS), null, host);
      node.routes().remove(route);
      changed(call, result, "the node has no route to 10.1.1.2/32 over " + HOST_END);
      node.routes().add(route);
      node.addresses().remove(new InterfaceAddress(host, IpPrefix.host(GATEWAY)));
      changed(call, result, "gateway address 10.1.1.1 is not on interface " + HOST_END);
      node.links().delete(host);
      changed(call, result, "interface " + HOST_END + " is gone");
    }
  }

  private void changed(PluginCall call, CniResult result, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.check(TestCalls.after(call, result)))
        .withMessage(message)
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.NOT_AS_ADDED));
  }

  @Test
  void withoutAddressesThereIsNothingToConnect() throws Exception {
    try (Fd netns = networks.make()) {
      PluginCall call = TestCalls.call(CONTAINER, netns, TestCalls.config("{'type':'ptp'}"));
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.add(call))
          .withMessage("a ptp network needs addresses: set field ipam");
      assertThat(node.links().find(HOST_END)).isEmpty();
    }
  }
}
