package io.gantry.cni.portmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.Conntrack;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.Flow;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortMapPluginTest {

  private static final InetAddress NODE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress ELSEWHERE = InetAddress.ofLiteral("192.0.2.99");

  @TempDir Path proc;

  private final FakeNamespace node = new FakeNetworks().own();
  private final List<String> commands = new ArrayList<>();
  private final List<Flow> flows = new ArrayList<>();
  private @Nullable IOException failure;
  private PortMapPlugin plugin;
  private Path routeLocalnet;

  private final class FakeConntrack implements Conntrack {

    @Override
    public List<Flow> to(int protocol, int port) {
      return flows.stream()
          .filter(flow -> flow.protocol() == protocol && flow.destinationPort() == port)
          .toList();
    }

    @Override
    public void forget(Flow flow) {
      flows.remove(flow);
    }
  }

  @BeforeEach
  void makeNode() throws IOException {
    node.links().create(new BridgeLink("br0", MacAddress.derivedFrom(NODE), 1500));
    node.addresses().add(new InterfaceAddress(2, new IpPrefix(NODE, 24)));
    routeLocalnet = proc.resolve("net/ipv4/conf/br0/route_localnet");
    Files.createDirectories(routeLocalnet.getParent());
    Files.writeString(routeLocalnet, "0\n");
    PacketTable table =
        new PacketTable(
            run -> {
              if (failure != null) {
                throw failure;
              }
              commands.add(run);
              return "";
            },
            "gtest");
    plugin = new PortMapPlugin(table, new FakeConntrack(), node, new Sysctls(node, proc));
  }

  private static PluginCall call(String fields) {
    return TestCalls.call("one", null, TestCalls.config("portmap", fields, TestNode.result(1)));
  }

  private static PluginCall mapping(String mapping) {
    return call("{'runtimeConfig': {'portMappings': [%s]}}".formatted(mapping));
  }

  private void refused(PluginCall call, int code, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call))
        .withMessageContaining(message)
        .extracting(CniException::code)
        .isEqualTo(code);
    assertThat(commands).isEmpty();
  }

  @Test
  void aContainerWithoutMappingsCostsNothingAndKeepsItsResult() throws IOException {
    assertThat(plugin.add(call("{}"))).isEqualTo(TestNode.result(1));
    plugin.check(call("{}"));
    assertThat(commands).isEmpty();
    assertThat(Files.readString(routeLocalnet)).isEqualTo("0\n");
  }

  @Test
  void mappingsThatCannotBeAreRefusedByName() {
    int invalid = CniException.INVALID_CONFIG;
    refused(mapping("{'hostPort': 1}"), invalid, "portMappings[0].containerPort is missing");
    refused(
        mapping("{'hostPort': 70000, 'containerPort': 1}"),
        invalid,
        "runtimeConfig.portMappings[0].hostPort must be a whole number from 1 to 65535");
    refused(
        mapping("{'hostPort': 1, 'containerPort': 1, 'protocol': 'icmp'}"),
        invalid,
        "must be tcp, udp or sctp, not icmp");
    refused(
        mapping("{'hostPort': 1, 'containerPort': 1, 'hostIP': 'node'}"),
        invalid,
        "hostIP must be an address");
    refused(
        mapping("{'hostPort': 1, 'containerPort': 1}, {'hostPort': 1, 'containerPort': 2}"),
        invalid,
        "host port tcp 1 is mapped twice");
    refused(
        call("{'conditionsV4': ['-d', '192.0.2.0/24']}"),
        CniException.UNSUPPORTED_FIELD,
        "conditionsV4");
    refused(
        TestCalls.call("one", null, TestCalls.config("portmap", "{}", null)),
        invalid,
        "must come after");
  }

  @Test
  void onlyAddressesOfTheCallsInterfaceAreMapped() throws IOException {
    CniResult one = TestNode.result(1);
    CniResult.Ip second = new CniResult.Ip(IpPrefix.parse("10.88.0.77/16"), null, 2);
    CniResult.Ip nodes = new CniResult.Ip(IpPrefix.parse("10.88.0.1/16"), null, 0);
    CniResult more = one.withIps(List.of(nodes, one.ips().getFirst(), second));
    String mapping =
        "{'runtimeConfig': {'portMappings': [{'hostPort': 8080, 'containerPort': 80}]}}";
    plugin.add(TestCalls.call("one", null, TestCalls.config("portmap", mapping, more)));
    assertThat(String.join("", commands))
        .contains(
            "add element inet gtest ports4 { 6 . 8080 comment \"ports/net/eth0/one\" : 10.88.0.2 . 80 }")
        .doesNotContain("10.88.0.77", "10.88.0.1 ", "element inet gtest ports6");
    assertThat(Files.readString(routeLocalnet)).isEqualTo("1\n");
  }

  @Test
  void flowsToTheNodeAreForgottenAndThoseThroughItAreNot() throws IOException {
    Flow toNode = new Flow(1, 0, Conntrack.UDP, ELSEWHERE, 4000, NODE, 53, NODE);
    Flow through = new Flow(2, 0, Conntrack.UDP, ELSEWHERE, 4001, ELSEWHERE, 53, ELSEWHERE);
    Flow stream = new Flow(3, 0, 6, ELSEWHERE, 4002, NODE, 53, NODE);
    String mappings =
        "{'hostPort': 53, 'containerPort': 53, 'protocol': 'UDP'},"
            + " {'hostPort': 53, 'containerPort': 53, 'protocol': 'tcp'}";
    flows.addAll(List.of(toNode, through, stream));
    plugin.add(mapping(mappings));
    assertThat(flows).containsExactly(through, stream);

    flows.add(toNode);
    plugin.del(call("{}"));
    assertThat(flows).containsExactly(through, stream);

    plugin.add(mapping(mappings));
    flows.add(toNode);
    plugin.gc(call("{}").config(), Set.of());
    assertThat(flows).containsExactly(through, stream);
  }

  @Test
  void failuresSayWhatWasTriedForWhom() {
    failure = new IOException("no such thing");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(mapping("{'hostPort': 1, 'containerPort': 1}")))
        .withMessage("cannot map ports of the node to container one: no such thing");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.del(call("{}")))
        .withMessage("cannot take mapped ports from container one: no such thing");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.status(call("{}").config()))
        .withMessage("ports cannot be mapped: no such thing")
        .extracting(CniException::code)
        .isEqualTo(CniException.NOT_AVAILABLE);
  }
}
