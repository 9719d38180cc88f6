package io.gantry.cni.tuning;

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
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.LinkSettings;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningPluginTest {

  private static final MacAddress MAC = new MacAddress(0x02_00_00_00_00_07L);
  private static final String ALL =
      "'mac': '02:00:00:00:00:99', 'mtu': 1400, 'promisc': true, 'allmulti': true, 'txQLen': 5";

  @TempDir Path temp;

  private final FakeNetworks networks = new FakeNetworks();
  private final Fd pod = networks.make();
  private TuningPlugin plugin;
  private Path somaxconn;

  @BeforeEach
  void makePod() throws IOException {
    networks
        .own()
        .links()
        .create(new VethLink("pod1", 0, new VethLink.Peer("eth0", pod, MAC), 1500));
    somaxconn = temp.resolve("sys/net/core/somaxconn");
    Files.createDirectories(somaxconn.getParent());
    Files.writeString(somaxconn, "4096\n");
    Files.writeString(temp.resolve("sys/vm"), "1\n");
    plugin = new TuningPlugin(networks, temp.resolve("sys"), temp.resolve("allowlist.conf"));
  }

  private PluginCall call(String fields) {
    String all = "{'dataDir': '%s', %s}".formatted(temp.resolve("data"), fields);
    return TestCalls.call("one", pod, TestCalls.config("tuning", all, TestNode.result(1)));
  }

  private LinkSettings.Settings eth0() throws IOException {
    return networks.at(pod).linkSettings().find("eth0").orElseThrow();
  }

  @Test
  void anInterfaceIsTunedAndSetBack() throws IOException {
    LinkSettings.Settings before = eth0();
    CniResult result = plugin.add(call(ALL));
    LinkSettings.Settings now = eth0();
    assertThat(now.link().mac()).isEqualTo(MacAddress.parse("02:00:00:00:00:99"));
    assertThat(now.link().mtu()).isEqualTo(1400);
    assertThat(now.promiscuous()).isTrue();
    assertThat(now.allMulticast()).isTrue();
    assertThat(now.transmitQueue()).isEqualTo(5);
    CniResult.Interface told = result.interfaces().getLast();
    assertThat(told.mac()).isEqualTo("02:00:00:00:00:99");
    assertThat(told.mtu()).isEqualTo(1400);
    assertThat(result.interfaces().getFirst())
        .isEqualTo(TestNode.result(1).interfaces().getFirst());
    plugin.check(call(ALL));

    plugin.del(call(ALL));
    assertThat(eth0()).isEqualTo(before);
    plugin.del(call(ALL));
    assertThat(temp.resolve("data")).isEmptyDirectory();
  }

  @Test
  void whatWasBeforeAFailedTryIsNotForgottenByTheNext() throws IOException {
    networks.failAfter(1, Errno.EBUSY);
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call(ALL)))
        .withMessage(
            "cannot tune container one (eth0 in network net): RTM_NEWLINK promisc 2: EBUSY");
    plugin.add(call(ALL));
    plugin.del(call(ALL));
    assertThat(eth0().link().mac()).isEqualTo(MAC);
  }

  @Test
  void whatCannotBeSetBackFailsOnce() throws IOException {
    plugin.add(call(ALL));
    networks.failAfter(0, Errno.EBUSY);
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.del(call(ALL)))
        .withMessageContaining("cannot set container one (eth0 in network net) back")
        .withMessageContaining("EBUSY");
    plugin.del(call(ALL));
    assertThat(temp.resolve("data")).isEmptyDirectory();
  }

  @Test
  void settingsOfTheNamespaceAreWrittenAndCompared() throws IOException {
    String sysctl = "'sysctl': {'net.core.somaxconn': '500'}";
    plugin.add(call(sysctl));
    assertThat(Files.readString(somaxconn)).isEqualTo("500\n");
    plugin.check(call(sysctl));
    Files.writeString(somaxconn, "501\n");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.check(call(sysctl)))
        .withMessage("sysctl net.core.somaxconn is 501, not 500");
    assertThat(temp.resolve("data")).doesNotExist();
  }

  @Test
  void severalNumbersAreTheSameHoweverTheyAreSetApart() throws IOException {
    Files.writeString(somaxconn, "1024\t65000\n");
    plugin.check(call("'sysctl': {'net.core.somaxconn': '1024 65000'}"));
  }

  @Test
  void onlySettingsOfTheNetworkAndThoseAllowedAreMade() throws IOException {
    for (String name : new String[] {"vm", "kernel.sysrq", "net/../vm", "net.core/../../vm"}) {
      refused("'sysctl': {'%s': '1'}".formatted(name), "sysctl " + name + " is not a setting");
    }
    Files.writeString(temp.resolve("allowlist.conf"), "\n^net\\.ipv4\\.conf\\..*\n");
    refused("'sysctl': {'net.core.somaxconn': '1'}", "sysctl net.core.somaxconn is not allowed");
    Files.writeString(temp.resolve("allowlist.conf"), "net.core\n");
    plugin.add(call("'sysctl': {'net.core.somaxconn': '1'}"));
    plugin.status(call("'mtu': 0").config());
    Files.writeString(temp.resolve("allowlist.conf"), "(\n");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.status(call("'mtu': 0").config()))
        .withMessageContaining("no regular expression")
        .extracting(CniException::code)
        .isEqualTo(CniException.NOT_AVAILABLE);
  }

  private void refused(String fields, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call(fields)))
        .withMessageContaining(message)
        .extracting(CniException::code)
        .isEqualTo(CniException.INVALID_CONFIG);
  }

  @Test
  void namesWithTheInterfaceInThemAreFilledIn() throws CniException {
    assertThat(SysctlName.path("net.ipv4.conf.IFNAME.arp_filter", "eth0"))
        .isEqualTo("net/ipv4/conf/eth0/arp_filter");
    assertThat(SysctlName.path("net/ipv4/conf/IFNAME/arp_filter", "eth0.100"))
        .isEqualTo("net/ipv4/conf/eth0.100/arp_filter");
  }

  @Test
  void theStrongestWordOnTheAddressCounts() throws CniException {
    String own = "'mac': '02:00:00:00:00:01'";
    String runtime = "'runtimeConfig': {'mac': '02:00:00:00:00:03'}";
    String args = "'args': {'cni': {'mac': '02:00:00:00:00:04', 'mtu': 1300}}, 'mtu': 1200";
    PluginCall plain = call(own);
    assertThat(mac(plain)).isEqualTo("02:00:00:00:00:01");
    PluginCall argued =
        new PluginCall(
            "one", plain.netns(), "eth0", Map.of("MAC", "02:00:00:00:00:02"), plain.config());
    assertThat(mac(argued)).isEqualTo("02:00:00:00:00:02");
    assertThat(mac(call(own + "," + runtime))).isEqualTo("02:00:00:00:00:03");
    assertThat(mac(call(own + "," + runtime + "," + args))).isEqualTo("02:00:00:00:00:04");
    assertThat(TuningConfig.of(call(args)).link().mtu()).contains(1300);
    refused("'mac': 'no'", "field mac must be a link address such as");
  }

  private static String mac(PluginCall call) throws CniException {
    return TuningConfig.of(call).link().mac().orElseThrow().toString();
  }

  @Test
  void whatWasChangedIsNoticed() throws IOException {
    plugin.add(call(ALL));
    networks.at(pod).links().resize(eth0().link().index(), 1500);
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.check(call(ALL)))
        .withMessage("interface eth0 was changed: mtu is 1500, not 1400")
        .extracting(CniException::code)
        .isEqualTo(CniException.NOT_AS_ADDED);
  }

  @Test
  void aContainerThatIsGoneLeavesNothing() throws IOException {
    plugin.add(call(ALL));
    Path file = temp.resolve("data/one_eth0.json");
    assertThat(file).exists();
    plugin.gc(call(ALL).config(), Set.of(new Plugin.Attachment("one", "eth0")));
    assertThat(file).exists();
    Files.writeString(temp.resolve("data/two_eth0.json"), "{\"mtu\": 1500}");
    plugin.gc(call(ALL).config(), Set.of());
    assertThat(temp.resolve("data")).isDirectoryNotContaining("glob:**one_eth0.json");
    assertThat(temp.resolve("data/two_eth0.json")).exists();

    plugin.add(call(ALL));
    plugin.del(TestCalls.call("one", null, call(ALL).config()));
    assertThat(file).doesNotExist();
  }
}
