package io.gantry.cni.macvlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MacvlanPluginTest {

  private static final String CONTAINER = "abcdef0123456789";
  private static final MacAddress SOME_MAC = MacAddress.parse("02:00:00:00:00:01");

  @TempDir Path temp;

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private Path notify;
  private MacvlanPlugin plugin;

  @BeforeEach
  void open() throws IOException {
    notify = temp.resolve("sys/net/ipv4/conf/eth0/arp_notify");
    Files.createDirectories(notify.getParent());
    Files.writeString(notify, "0\n");
    node.links().create(new BridgeLink("wan0", SOME_MAC, 1500));
    // as most nodes have: the container's name is taken there
    node.links().create(new BridgeLink("eth0", SOME_MAC, 1500));
    HostLocal addresses = new HostLocal(Linux.syscalls());
    plugin =
        new MacvlanPlugin(
            networks,
            node,
            new AddressPlugin(type -> addresses),
            new Sysctls(node, temp.resolve("sys")));
  }

  private PluginCall call(Fd netns, String fields) throws IOException {
    return TestCalls.call(
        CONTAINER,
        netns,
        TestCalls.config(
            "{'type':'macvlan','master':'wan0'%s,'ipam':{'type':'host-local',".formatted(fields)
                + "'subnet':'10.2.0.0/24','dataDir':'%s'}}".formatted(temp)));
  }

  @Test
  void aContainerHasALinkAddressOfItsOwnAndTellsItsNeighbours() throws Exception {
    try (Fd netns = networks.make()) {
      PluginCall call = call(netns, ",'mtu':1400,'args':{'cni':{'mac':'02:00:00:00:00:09'}}");
      CniResult result = plugin.add(call);
      Link eth0 = networks.at(netns).links().find("eth0").orElseThrow();
      assertThat(eth0.kind()).isEqualTo("macvlan");
      assertThat(eth0.mtu()).isEqualTo(1400);
      assertThat(eth0.up()).isTrue();
      assertThat(networks.at(netns).links().list()).hasSize(2);
      assertThat(result.interfaces())
          .containsExactly(new CniResult.Interface("eth0", "02:00:00:00:00:09", 1400, "/test"));
      assertThat(result.ips())
          .hasSize(1)
          .allMatch(ip -> Integer.valueOf(0).equals(ip.interfaceIndex()));
      assertThat(Files.readString(notify)).isEqualTo("1\n");
      plugin.check(TestCalls.after(call, result));
      plugin.del(TestCalls.after(call, result));
      plugin.del(TestCalls.after(call, result));
      assertThat(networks.at(netns).links().find("eth0")).isEmpty();
      assertThat(addressesInUse()).isZero();
    }
  }

  private long addressesInUse() throws IOException {
    try (var files = Files.list(temp.resolve("net"))) {
      return files.filter(file -> file.getFileName().toString().matches("[0-9.]+")).count();
    }
  }

  @Test
  void aFailureAtAnyStepLeavesNothing() throws Exception {
    int failed = 0;
    for (int step = 0; step < 10; step++) {
      try (Fd netns = networks.make()) {
        networks.failAfter(step, Errno.ENOMEM);
        try {
          plugin.add(call(netns, ""));
          networks.failAfter(1000, Errno.ENOMEM);
          plugin.del(call(netns, ""));
        } catch (CniException e) {
          failed++;
          assertThat(e)
              .hasMessageStartingWith("cannot attach container")
              .hasMessageContaining("ENOMEM");
        }
        assertThat(networks.at(netns).links().list()).hasSize(1);
        assertThat(addressesInUse()).isZero();
      }
    }
    assertThat(failed).isGreaterThan(3);
  }

  @Test
  void anInterfaceOfThatNameIsLeftAlone() throws Exception {
    try (Fd netns = networks.make()) {
      PluginCall call = call(netns, "");
      plugin.add(call);
      int before = networks.at(netns).links().find("eth0").orElseThrow().index();
      refused(call, "the container has an interface eth0 already");
      assertThat(networks.at(netns).links().find("eth0").orElseThrow().index()).isEqualTo(before);
    }
  }

  @Test
  void whatCannotBeIsRefusedWithTheField() throws Exception {
    try (Fd netns = networks.make()) {
      refused(
          call(netns, ",'mode':'source'"),
          "field mode must be bridge, private, vepa or passthru, not \"source\"");
      refused(
          call(netns, ",'mtu':9000"),
          "field mtu must be at most 1500, which is that of wan0: 9000");
      refused(
          call(netns, ",'master':'none'"),
          "there is no interface none in the node: correct field master");
      refused(
          call(netns, ",'master':''"),
          "there is no default route to take the interface from: set field master");
      assertThat(networks.at(netns).links().list()).hasSize(1);
    }
  }

  private void refused(PluginCall call, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call))
        .withMessage(message);
  }

  @Test
  void statusNamesAMasterThatIsMissing() throws Exception {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.status(TestCalls.config("{'type':'macvlan','master':'none'}")))
        .withMessageContaining("there is no interface none")
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.NOT_AVAILABLE));
  }
}
