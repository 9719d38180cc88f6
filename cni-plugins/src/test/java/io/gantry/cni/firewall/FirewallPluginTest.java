package io.gantry.cni.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirewallPluginTest {

  private final List<String> commands = new ArrayList<>();
  private final FirewallPlugin plugin =
      new FirewallPlugin(
          new PacketTable(
              run -> {
                commands.add(run);
                return "";
              },
              "gtest"));

  private static PluginCall call(String fields, CniResult previous) {
    return TestCalls.call("one", null, TestCalls.config("firewall", fields, previous));
  }

  @Test
  void anOpenContainerCostsNothing() throws CniException {
    CniResult result = TestNode.result(1);
    assertThat(plugin.add(call("{'backend': 'iptables'}", result))).isEqualTo(result);
    assertThat(plugin.add(call("{'ingressPolicy': 'open'}", result))).isEqualTo(result);
    assertThat(commands).isEmpty();
  }

  @Test
  void aWalledContainerIsFoundByItsAddresses() throws CniException {
    plugin.add(call("{'ingressPolicy': 'same-bridge'}", TestNode.result(1)));
    String comment = " comment \"firewall/net/eth0/one\" : ";
    assertThat(String.join("", commands))
        .contains("add rule inet gtest wall_br0 iifname \"br0\" return")
        .contains("walled4 { 10.88.0.2" + comment + "jump wall_br0 }")
        .contains("origins4 { 10.88.0.2" + comment + "drop }")
        .contains("origins6 { fd00:88::2" + comment + "drop }");
  }

  @Test
  void whatCannotBeKeptIsRefused() {
    refused("{'ingressPolicy': 'shut'}", TestNode.result(1), "open, same-bridge or isolated");
    refused("{'backend': 'firewalld'}", TestNode.result(1), "firewall-cmd");
    CniResult none = TestNode.result(1).withInterfaces(List.of());
    refused("{'ingressPolicy': 'isolated'}", none, "needs a bridge");
    CniResult odd = none.withInterfaces(List.of(new CniResult.Interface("br\" drop", "", 0, "")));
    refused("{'ingressPolicy': 'isolated'}", odd, "not a name that a chain can have");
    assertThat(commands).isEmpty();
  }

  private void refused(String fields, CniResult previous, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call(fields, previous)))
        .withMessageContaining(message);
  }
}
