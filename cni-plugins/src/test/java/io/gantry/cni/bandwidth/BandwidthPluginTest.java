package io.gantry.cni.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.Traffic.Queue;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BandwidthPluginTest {

  private static final String ID = "0123456789abcdef";
  private static final String BLOCK = "gi0123456789ab";
  private static final String BOTH =
      """
      {'runtimeConfig': {'bandwidth': {'ingressRate': 8000000, 'ingressBurst': 160000,
          'egressRate': 16000000, 'egressBurst': 160000}}}
      """;

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private final BandwidthPlugin plugin = new BandwidthPlugin(node);

  @BeforeEach
  void makePair() throws IOException {
    MacAddress mac = new MacAddress(0x02_00_00_00_00_07L);
    node.links().create(new BridgeLink("br0", mac, 1500));
    Fd pod = networks.make();
    node.links().create(new VethLink("pod1", 2, new VethLink.Peer("eth0", pod, mac), 1500));
  }

  private static PluginCall call(String fields) {
    return call(ID, fields, TestNode.result(1));
  }

  private static PluginCall call(String id, String fields, CniResult previous) {
    return TestCalls.call(id, null, TestCalls.config("bandwidth", fields, previous));
  }

  private int index(String name) throws IOException {
    return node.links().find(name).orElseThrow().index();
  }

  @Test
  void bothWaysAreLimitedAndTheDeviceForItIsInTheResult() throws IOException {
    CniResult result = plugin.add(call(BOTH));
    assertThat(node.traffic().queues())
        .containsExactlyInAnyOrder(
            new Queue(index("pod1"), "tbf", 1_000_000, 45_000),
            new Queue(index(BLOCK), "tbf", 2_000_000, 70_000),
            new Queue(index("pod1"), "ingress", 0, 0));
    CniResult.Interface block = result.interfaces().getLast();
    assertThat(block.name()).isEqualTo(BLOCK);
    assertThat(block.onNode()).isTrue();
    assertThat(block.mtu()).isEqualTo(1500);
    assertThat(result.interfaces()).hasSize(4);
    plugin.check(call(BOTH));
  }

  @Test
  void aContainerWithoutLimitsCostsNothing() throws IOException {
    List<String> before = networks.changes();
    assertThat(plugin.add(call("{}"))).isEqualTo(TestNode.result(1));
    plugin.check(call("{}"));
    plugin.del(call("{}"));
    assertThat(networks.changes()).isEqualTo(before);
  }

  @Test
  void theNetworksOwnLimitsComeFirst() throws IOException {
    plugin.add(call(BOTH.replaceFirst("\\{", "{'ingressRate': 80000, 'ingressBurst': 160000,")));
    assertThat(node.traffic().queues())
        .containsExactly(new Queue(index("pod1"), "tbf", 10_000, 20_250));
  }

  @Test
  void limitsThatCannotBeAreRefused() throws IOException {
    refused(
        "{'ingressRate': 1000}", "fields ingressRate and ingressBurst must both be there or none");
    refused("{'egressRate': -1, 'egressBurst': 1}", "egressRate must be a whole number");
    refused(
        "{'egressRate': 8000, 'egressBurst': 34359738368}",
        "egressBurst must be a whole number from 0 to 34359738367");
    refused(
        "{'egressRate': 8000, 'egressBurst': 12000}",
        "field egressBurst must be at least one packet of 1518 bytes, 12144 bits");
  }

  private void refused(String fields, String message) throws IOException {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call(fields)))
        .withMessageContaining(message)
        .extracting(CniException::code)
        .isEqualTo(CniException.INVALID_CONFIG);
    assertThat(node.traffic().queues()).isEmpty();
  }

  @Test
  void onlyThePairsOfContainersCanBeLimited() {
    CniResult none = TestNode.result(1).withInterfaces(List.of());
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call(ID, BOTH, none)))
        .withMessageContaining("veth pair")
        .extracting(CniException::code)
        .isEqualTo(CniException.INVALID_CONFIG);
  }

  @Test
  void whatAnEarlierTryLeftIsReplacedAndDelSucceedsTwice() throws IOException {
    networks.failAfter(3, Errno.ENOMEM);
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call(BOTH)))
        .withMessageContaining("cannot limit the bandwidth of container " + ID)
        .withMessageContaining("ENOMEM");
    plugin.add(call(BOTH));
    plugin.check(call(BOTH));
    plugin.del(call("{}"));
    plugin.del(call("{}"));
    assertThat(node.links().list()).extracting(Link::kind).doesNotContain("ifb");
  }

  @Test
  void whatIsGoneOrChangedIsNoticed() throws IOException {
    plugin.add(call(BOTH));
    changed(BOTH.replace("8000000", "9000000"), "pod1 is not limited to 1125000 bytes");
    changed(BOTH.replace("16000000", "8000000"), "is not limited to 1000000 bytes");
    node.links().delete(index(BLOCK));
    changed(BOTH, BLOCK + " is gone");
  }

  private void changed(String fields, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.check(call(fields)))
        .withMessageContaining(message)
        .extracting(CniException::code)
        .isEqualTo(CniException.NOT_AS_ADDED);
  }

  @Test
  void onlyThoseOfTheNetworkThatAreGoneAreCollected() throws IOException {
    plugin.add(call(BOTH));
    plugin.add(call("ffff56789abcdef", BOTH.replaceAll("'ingress[^,]*,", ""), again()));
    node.linkSettings().createFunctionalBlock("gi9", 1500);
    node.linkSettings().alias(index("gi9"), "net2/eth0/" + ID);
    plugin.gc(call("{}").config(), Set.of(new Plugin.Attachment("ffff56789abcdef", "eth0")));
    assertThat(node.links().list())
        .extracting(Link::name)
        .contains("giffff56789abc", "gi9")
        .doesNotContain(BLOCK);
  }

  private CniResult again() throws IOException {
    MacAddress mac = new MacAddress(0x02_00_00_00_00_08L);
    Fd pod = networks.make();
    node.links().create(new VethLink("pod2", 2, new VethLink.Peer("eth0", pod, mac), 1500));
    return TestNode.result(2);
  }
}
