package io.gantry.cni.macvlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.bridge.Forwarding;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.ipam.HostLocal;
import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.ptp.PtpPlugin;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Linux;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods by macvlan and by ptp on a node that is a namespace, with a machine outside. */
class PodLinksIT {

  private static final int PORT = 7000;

  @TempDir Path temp;

  private final List<TestNamespace> pods = new ArrayList<>();
  private final AddressPlugin addresses =
      new AddressPlugin(type -> new HostLocal(Linux.syscalls()));
  private TestNode node;

  @BeforeEach
  void make() throws IOException {
    node = new TestNode();
  }

  @AfterEach
  void close() {
    pods.forEach(TestNamespace::close);
    node.close();
  }

  private Sysctls sysctls() {
    return new Sysctls(node.node().inside(), Sysctls.KERNEL);
  }

  private PluginCall call(String container, TestNamespace pod, String config) throws IOException {
    return TestCalls.call(
        container, pod.fd(), TestCalls.config(config.replace("DIR", temp.toString())));
  }

  private TestNamespace pod() throws IOException {
    TestNamespace pod = TestNamespace.make();
    pods.add(pod);
    return pod;
  }

  private static void reaches(TestNamespace client, TestNamespace server, InetAddress to, String as)
      throws IOException {
    try (ServerSocketChannel listening = TestNode.serve(server, PORT)) {
      assertThat(TestNode.seenFrom(client, listening, to, PORT))
          .isEqualTo(InetAddress.ofLiteral(as));
    }
  }

  private static InetAddress address(CniResult result, int index) {
    return result.ips().get(index).address().address();
  }

  private static final String MACVLAN =
      """
      {'type':'macvlan','master':'up0','ipam':{'type':'host-local','ranges':
        [[{'subnet':'198.51.100.0/24','rangeStart':'198.51.100.9'}],
         [{'subnet':'2001:db8::/64','rangeStart':'2001:db8::9'}]],
        'dataDir':'DIR'}}
      """;

  private static final String PTP =
      """
      {'type':'ptp','ipMasq':true,'mtu':1400,'ipam':{'type':'host-local','ranges':
        [[{'subnet':'10.1.1.0/24'}],[{'subnet':'fd01::/64'}]],
        'routes':[{'dst':'0.0.0.0/0'},{'dst':'::/0'}],'dataDir':'DIR'}}
      """;

  @Test
  void macvlansOfOneMasterReachEachOtherAndTheNetworkOutside() throws IOException {
    Plugin plugin = new MacvlanPlugin(TestNamespace.MACHINE, node.stack(), addresses, sysctls());
    TestNamespace one = pod();
    TestNamespace two = pod();
    PluginCall call = call("a".repeat(64), one, MACVLAN);
    CniResult first = plugin.add(call);
    CniResult second = plugin.add(call("b".repeat(64), two, MACVLAN));
    reaches(one, two, address(second, 0), "198.51.100.9");
    reaches(one, node.outside(), TestNode.OUTSIDE, "198.51.100.9");
    reaches(two, one, address(first, 1), address(second, 1).getHostAddress());
    plugin.check(TestCalls.after(call, first));

    plugin.del(TestCalls.after(call, first));
    plugin.del(TestCalls.after(call, first));
    assertThat(one.inside().<Boolean>use(stack -> stack.links().find("eth0").isEmpty())).isTrue();
  }

  @Test
  void podsByPtpReachEachOtherTheNodeAndTheOutside() throws IOException {
    Plugin plugin =
        new PtpPlugin(
            TestNamespace.MACHINE,
            node.stack(),
            addresses,
            new PacketTable(new LibNftables(node.node().inside()), "gtest"),
            new Forwarding(sysctls()));
    TestNamespace one = pod();
    TestNamespace two = pod();
    PluginCall call = call("a".repeat(64), one, PTP);
    CniResult first = plugin.add(call);
    CniResult second = plugin.add(call("b".repeat(64), two, PTP));
    assertThat(address(first, 0)).isEqualTo(InetAddress.ofLiteral("10.1.1.2"));
    reaches(one, two, address(second, 0), "10.1.1.2");
    reaches(two, one, address(first, 1), address(second, 1).getHostAddress());
    reaches(one, node.node(), InetAddress.ofLiteral("10.1.1.1"), "10.1.1.2");
    reaches(one, node.outside(), TestNode.OUTSIDE, TestNode.ADDRESS.getHostAddress());
    reaches(one, node.outside(), TestNode.OUTSIDE6, TestNode.ADDRESS6.getHostAddress());
    plugin.check(TestCalls.after(call, first));

    plugin.del(TestCalls.after(call, first));
    plugin.del(TestCalls.after(call, first));
    assertThat(node.stack().links().find("ppaaaaaaaaaaaa")).isEmpty();
    assertThat(node.stack().routes().list())
        .noneMatch(route -> route.destination().address().equals(address(first, 0)));
  }
}
