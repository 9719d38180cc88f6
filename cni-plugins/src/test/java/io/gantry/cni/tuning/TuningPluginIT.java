package io.gantry.cni.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.netlink.LinkSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningPluginIT {

  private static final String FIELDS =
      """
      {'dataDir': 'DATA', 'mac': '02:00:00:00:00:99', 'mtu': 1400, 'promisc': true,
       'allmulti': true, 'txQLen': 5,
       'sysctl': {'net.core.somaxconn': '500', 'net.ipv4.conf.IFNAME.arp_filter': '1',
                  'net.ipv4.ip_local_port_range': '2000 3000'}}
      """;

  @TempDir Path temp;

  @Test
  void aPodIsTunedAndSetBackAndTheNodeIsNot() throws IOException {
    String node =
        new Sysctls(TestNamespace.MACHINE.own(), Sysctls.KERNEL).read("net/core/somaxconn");
    try (TestNode host = new TestNode()) {
      TestNamespace pod = host.pod();
      TuningPlugin plugin =
          new TuningPlugin(TestNamespace.MACHINE, Sysctls.KERNEL, temp.resolve("none"));
      PluginCall call =
          TestCalls.call(
              "one",
              pod.fd(),
              TestCalls.config(
                  "tuning", FIELDS.replace("DATA", temp.toString()), TestNode.result(1)));
      LinkSettings.Settings before = eth0(pod);

      plugin.add(call);
      plugin.check(call);
      LinkSettings.Settings now = eth0(pod);
      assertThat(now.link().mtu()).isEqualTo(1400);
      assertThat(now.promiscuous()).isTrue();
      assertThat(now.transmitQueue()).isEqualTo(5);
      assertThat(new Sysctls(pod.inside(), Sysctls.KERNEL).read("net/ipv4/conf/eth0/arp_filter"))
          .isEqualTo("1");
      assertThat(
              new Sysctls(TestNamespace.MACHINE.own(), Sysctls.KERNEL).read("net/core/somaxconn"))
          .isEqualTo(node);

      plugin.del(call);
      assertThat(eth0(pod)).isEqualTo(before);
      plugin.del(call);
    }
  }

  private static LinkSettings.Settings eth0(TestNamespace pod) throws IOException {
    return pod.inside().use(stack -> stack.linkSettings().find("eth0").orElseThrow());
  }
}
