package io.gantry.cni.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.ipam.HostLocal;
import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Errno;
import io.gantry.linux.Linux;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.VlanLink;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reaches whom on a bridge, with frames that the kernel forwards. */
class BridgePluginIT {

  private static final int PORT = 7000;
  private static final int REACHED_MILLIS = 5000;
  private static final int KEPT_OUT_MILLIS = 1000;
  private static final MacAddress FORGED = new MacAddress(0x02_11_22_33_44_55L);

  @TempDir Path temp;

  private final TestNamespace node = TestNamespace.make();
  private final NetworkStack stack = node.inside().open();
  private final List<TestNamespace> pods = new ArrayList<>();
  private BridgePlugin plugin;

  BridgePluginIT() throws IOException {}

  @BeforeEach
  void make() throws IOException {
    stack.links().bringUp(1);
    plugin =
        new BridgePlugin(
            TestNamespace.MACHINE,
            stack,
            new AddressPlugin(type -> new HostLocal(Linux.syscalls())),
            new PacketTable(new LibNftables(node.inside()), "gtest"),
            new Forwarding(new Sysctls(node.inside(), Sysctls.KERNEL)));
  }

  @AfterEach
  void close() {
    stack.close();
    pods.forEach(TestNamespace::close);
    node.close();
  }

  private TestNamespace pod() throws IOException {
    TestNamespace pod = TestNamespace.make();
    pods.add(pod);
    return pod;
  }

  private PluginCall call(TestNamespace pod, String fields) throws IOException {
    String config =
        """
        {'type':'bridge','bridge':'br0',%s
         'ipam':{'type':'host-local','subnet':'10.88.0.0/16','dataDir':'%s'}}
        """
            .formatted(fields, temp);
    return TestCalls.call("pod" + pods.size(), pod.fd(), TestCalls.config(config));
  }

  private InetAddress attach(TestNamespace pod, String fields) throws IOException {
    CniResult result = plugin.add(call(pod, fields));
    return result.ips().getFirst().address().address();
  }

  private static void reached(TestNamespace from, TestNamespace to, InetAddress at)
      throws IOException {
    try (ServerSocketChannel server = serve(to);
        SocketChannel client = connect(from, at, REACHED_MILLIS)) {
      assertThat(server.isOpen()).isTrue();
      assertThat(client.isConnected()).isTrue();
    }
  }

  private static void keptOut(TestNamespace from, TestNamespace to, InetAddress at)
      throws IOException {
    try (ServerSocketChannel server = serve(to)) {
      assertThat(server.isOpen()).isTrue();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> connect(from, at, KEPT_OUT_MILLIS).close())
          .satisfies(e ->
              assertThat(e)
                  .isInstanceOfAny(SocketTimeoutException.class, NoRouteToHostException.class));
    }
  }

  private static ServerSocketChannel serve(TestNamespace in) throws IOException {
    return in.inside().call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(PORT)));
  }

  private static SocketChannel connect(TestNamespace from, InetAddress to, int millis)
      throws IOException {
    SocketChannel channel = from.inside().call(() -> SocketChannel.open());
    try {
      channel.socket().connect(new InetSocketAddress(to, PORT), millis);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static void forge(TestNamespace pod) throws IOException {
    try (NetworkStack inside = pod.inside().open()) {
      int eth0 = inside.links().find("eth0").orElseThrow().index();
      inside.links().bringDown(eth0);
      inside.links().address(eth0, FORGED);
      inside.links().bringUp(eth0);
    }
  }

  @Test
  void aContainerThatForgesItsLinkAddressReachesNobody() throws IOException {
    TestNamespace honest = pod();
    InetAddress honestAt = attach(honest, "'macspoofchk':true,");
    TestNamespace forger = pod();
    InetAddress forgerAt = attach(forger, "'macspoofchk':true,");
    reached(forger, honest, honestAt);
    reached(honest, forger, forgerAt);
    forge(forger);
    keptOut(forger, honest, honestAt);
  }

  @Test
  void aContainerThatIsNotCheckedMayTakeAnyLinkAddress() throws IOException {
    TestNamespace one = pod();
    InetAddress oneAt = attach(one, "");
    TestNamespace other = pod();
    attach(other, "");
    forge(other);
    reached(other, one, oneAt);
  }

  private void assumeVlans() throws IOException {
    boolean made = true;
    try (TestNamespace tried = TestNamespace.make();
        NetworkStack inside = tried.inside().open()) {
      inside.links().create(new BridgeLink("br0", FORGED, 1500, true));
    } catch (SyscallException e) {
      assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP);
      made = false;
    }
    assumeTrue(made, "this kernel cannot filter the VLANs of a bridge");
  }

  @Test
  void containersReachThoseOfTheirVlanAndItsGateway() throws IOException {
    assumeVlans();
    String seven = "'isDefaultGateway':true,'vlan':7,'preserveDefaultVlan':false,";
    TestNamespace one = pod();
    InetAddress oneAt = attach(one, seven);
    TestNamespace two = pod();
    attach(two, seven);
    TestNamespace elsewhere = pod();
    attach(elsewhere, "'vlan':8,'preserveDefaultVlan':false,");
    TestNamespace usual = pod();
    attach(usual, "");
    reached(two, one, oneAt);
    reached(one, node, InetAddress.ofLiteral("10.88.0.1"));
    keptOut(elsewhere, one, oneAt);
    keptOut(usual, one, oneAt);
  }

  @Test
  void aContainerOfAVlanThatForgesItsLinkAddressReachesNobody() throws IOException {
    assumeVlans();
    String fields = "'vlan':7,'macspoofchk':true,";
    TestNamespace one = pod();
    InetAddress oneAt = attach(one, fields);
    TestNamespace forger = pod();
    attach(forger, fields);
    reached(forger, one, oneAt);
    forge(forger);
    keptOut(forger, one, oneAt);
  }

  @Test
  void aTrunkCarriesTheTagsThatItWasGiven() throws IOException {
    assumeVlans();
    TestNamespace seven = pod();
    InetAddress sevenAt = attach(seven, "'vlan':7,'preserveDefaultVlan':false,");
    TestNamespace router = pod();
    attach(router, "'vlanTrunk':[{'minID':6,'maxID':7}],'preserveDefaultVlan':false,");
    keptOut(router, seven, sevenAt);
    try (NetworkStack inside = router.inside().open()) {
      int eth0 = inside.links().find("eth0").orElseThrow().index();
      for (InterfaceAddress address : inside.addresses().list()) {
        if (address.link() == eth0) {
          inside.addresses().remove(address);
        }
      }
      inside.links().create(new VlanLink("eth0.7", eth0, 7));
      int tagged = inside.links().find("eth0.7").orElseThrow().index();
      inside.addresses().add(new InterfaceAddress(tagged, IpPrefix.parse("10.88.9.9/16")));
      inside.links().bringUp(tagged);
    }
    reached(router, seven, sevenAt);
  }
}
