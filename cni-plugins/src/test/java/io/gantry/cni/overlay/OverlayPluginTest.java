package io.gantry.cni.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.overlay.NodeFile.NodeBlock;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayPluginTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final IpPrefix ADDRESS = IpPrefix.parse("10.244.1.5/24");

  /** Keeps what it is asked, and gives one address. */
  private static final class Delegate implements Plugin {

    private final List<String> asked = new ArrayList<>();

    @Override
    public CniResult add(PluginCall call) {
      asked.add("add " + call.config().json());
      return CniResult.EMPTY.withIps(List.of(new CniResult.Ip(ADDRESS, null, null)));
    }

    @Override
    public void check(PluginCall call) {
      asked.add("check " + call.config().json());
    }

    @Override
    public void del(PluginCall call) {
      asked.add("del " + call.config().json());
    }

    @Override
    public void gc(PluginConfig config, Set<Attachment> valid) {
      asked.add("gc " + config.json());
    }

    @Override
    public void status(PluginConfig config) {
      asked.add("status " + config.json());
    }
  }

  @TempDir Path temp;

  private final FakeNamespace node = new FakeNetworks().own();
  private final Delegate delegate = new Delegate();
  private final List<String> rules = new ArrayList<>();
  private boolean filterFails;
  private Path file;
  private OverlayPlugin plugin;

  @BeforeEach
  void open() {
    file = temp.resolve("node.json");
    PacketTable table =
        new PacketTable(
            commands -> {
              if (filterFails && !commands.startsWith("list")) {
                throw new IOException("the filter fails");
              }
              rules.add(commands);
              return "";
            },
            "gtest");
    plugin = new OverlayPlugin(node, type -> delegate, table, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private void write(@Nullable Instant until, String problem) throws IOException {
    NodeBlock block =
        new NodeBlock(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("10.244.0.0/16"));
    new NodeFile(file)
        .write(new NodeFile.Content("gtest.vx", 1450, List.of(block), until, problem));
  }

  private PluginConfig config(String fields) throws IOException {
    return TestCalls.config("{'type':'overlay','nodeFile':'%s'%s}".formatted(file, fields));
  }

  private PluginCall call(String fields) throws IOException {
    return TestCalls.call("abcdef0123456789", Fd.owning(1000, number -> {}), config(fields));
  }

  @Test
  void theBridgeIsAskedWithTheNodesBlockAndOnlyTheOutsideIsMasqueraded() throws Exception {
    write(null, "");
    plugin.add(call(",'ipam':{'dataDir':'/x'},'runtimeConfig':{'ips':['10.244.1.5']}"));
    assertThat(TestCalls.json(delegate.asked.getFirst().substring(4).replace('"', '\'')))
        .isEqualTo(
            TestCalls.json(
                """
                {'type':'bridge','cniVersion':'1.1.0','name':'net',
                 'runtimeConfig':{'ips':['10.244.1.5']},
                 'bridge':'gantry-overlay','isDefaultGateway':true,'hairpinMode':true,
                 'forceAddress':true,'ipMasq':false,'mtu':1450,
                 'ipam':{'type':'host-local','dataDir':'/x',
                         'ranges':[[{'subnet':'10.244.1.0/24'}]]}}
                """));
    assertThat(String.join("\n", rules)).contains("10.244.1.5", "10.244.0.0_16");
  }

  @Test
  void whatFieldDelegateSaysIsKept() throws Exception {
    write(null, "");
    plugin.add(call(",'ipMasq':false,'delegate':{'bridge':'b0','mtu':1400,'hairpinMode':false}"));
    assertThat(delegate.asked.getFirst())
        .contains("\"bridge\":\"b0\"", "\"mtu\":1400", "\"hairpinMode\":false");
    assertThat(rules).isEmpty();
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call(",'delegate':{'ipam':{}}")))
        .withMessageContaining("delegate has neither name nor ipam");
  }

  @Test
  void withoutAPlaceInTheOverlayNobodyIsAddedAndStatusSaysWhy() throws Exception {
    refused("this node is not in the overlay yet, as " + file + " is not there");
    write(null, "the block is another's");
    refused("no pods can join the overlay: the block is another's");
    write(NOW.minusSeconds(1), "");
    refused("this node's block [10.244.1.0/24] may be another's since 2026-03-01T09:59:59Z");
    Files.writeString(file, "rubbish");
    refused("cannot read this node's place in the overlay from " + file);
    assertThat(delegate.asked).isEmpty();
    write(NOW.plusSeconds(1), "");
    plugin.add(call(""));
    assertThat(delegate.asked).hasSize(1);
  }

  private void refused(String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call("")))
        .withMessageStartingWith(message);
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.status(config("")))
        .withMessageStartingWith(message);
  }

  @Test
  void statusMissesTheDevice() throws Exception {
    write(null, "");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.status(config("")))
        .withMessageStartingWith("interface gtest.vx of the overlay is gone")
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.NOT_AVAILABLE_LIMITED));
    node.links().create(new BridgeLink("gtest.vx", new MacAddress(0x020000000001L), 1450));
    node.links().bringUp(node.links().find("gtest.vx").orElseThrow().index());
    plugin.status(config(""));
    assertThat(delegate.asked).hasSize(1);
  }

  @Test
  void delWorksAlsoWhenTheNodeIsInNoOverlayAnyMore() throws Exception {
    write(null, "");
    CniResult result = plugin.add(call(""));
    Files.delete(file);
    plugin.del(TestCalls.after(call(""), result));
    assertThat(delegate.asked.getLast())
        .startsWith("del ")
        .contains("\"ranges\":[[{\"subnet\":\"10.244.1.0/24\"}]]");
    plugin.del(call(""));
    assertThat(delegate.asked.getLast()).doesNotContain("ipam");
    plugin.gc(config(""), Set.of());
  }

  @Test
  void aContainerThatCannotBeMasqueradedIsTakenBack() throws Exception {
    write(null, "");
    filterFails = true;
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(call("")))
        .withMessageContaining("the filter fails");
    assertThat(delegate.asked).hasSize(2);
    assertThat(delegate.asked.getLast()).startsWith("del ");
  }

  @Test
  void theElementsOfARunningContainerAreThoseOfItsAdd() throws Exception {
    write(null, "");
    CniResult result = plugin.add(call(""));
    assertThat(plugin.elements(TestCalls.after(call(""), result)).isEmpty()).isFalse();
    assertThat(plugin.elements(TestCalls.after(call(",'ipMasq':false"), result)).isEmpty())
        .isTrue();
  }
}
