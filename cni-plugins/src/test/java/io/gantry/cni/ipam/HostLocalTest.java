package io.gantry.cni.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostLocalTest {

  @TempDir Path temp;

  private final HostLocal plugin = new HostLocal(Linux.syscalls());

  private PluginCall call(String container, String ipam) throws IOException {
    String config =
        "{'type':'bridge','ipam':{'type':'host-local','dataDir':'%s',%s}}".formatted(temp, ipam);
    return TestCalls.call(container, null, TestCalls.config(config));
  }

  private String add(String container, String ipam) throws IOException {
    return address(plugin.add(call(container, ipam)));
  }

  private static String address(CniResult result) {
    return result.ips().getFirst().address().toString();
  }

  @Test
  void theGatewayAndTheEndsOfABlockAreNobodysAndWhatIsFreedComesLast() throws Exception {
    String ipam = "'subnet':'10.1.2.0/29'";
    List<String> given = new ArrayList<>();
    for (int i = 2; i <= 6; i++) {
      given.add(add("pod" + i, ipam));
    }
    assertThat(given)
        .containsExactly("10.1.2.2/29", "10.1.2.3/29", "10.1.2.4/29", "10.1.2.5/29", "10.1.2.6/29");
    plugin.del(call("pod4", ipam));
    plugin.del(call("pod4", ipam));
    plugin.del(call("pod3", ipam));
    assertThat(add("pod7", ipam)).isEqualTo("10.1.2.3/29");
    assertThat(add("pod8", ipam)).isEqualTo("10.1.2.4/29");
  }

  @Test
  void aRangeThatIsUsedUpSaysHowManyAreInUseAndByWhom() throws Exception {
    String ipam = "'subnet':'10.1.2.0/29','rangeStart':'10.1.2.4','rangeEnd':'10.1.2.5'";
    add("aaaaaaaaaaaaaaaaaaaa", ipam);
    plugin.status(call("any", ipam).config());
    add("bbbbbbbbbbbbbbbbbbbb", ipam);
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> add("c", ipam))
        .withMessage(
            "no address left in 10.1.2.4-10.1.2.5 of 10.1.2.0/29: 2 in use by aaaaaaaaaaaa,"
                + " bbbbbbbbbbbb")
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.NO_ADDRESS_LEFT))
        .satisfies(e -> assertThat(e.details()).contains(temp.toString()));
    plugin.status(call("any", ipam).config());
  }

  @Test
  void filesAreThoseThatOtherRuntimesReadAndWrite() throws Exception {
    String ipam = "'subnet':'10.1.2.0/24'";
    Path network = Files.createDirectory(temp.resolve("net"));
    Files.writeString(network.resolve("10.1.2.2"), "theirs\r\neth0");
    Files.writeString(network.resolve("last_reserved_ip.0"), "10.1.2.1");
    assertThat(add("ours", ipam)).isEqualTo("10.1.2.3/24");
    assertThat(Files.readString(network.resolve("10.1.2.3"))).isEqualTo("ours\r\neth0");
    assertThat(Files.readString(network.resolve("last_reserved_ip.0"))).isEqualTo("10.1.2.3");
    plugin.del(call("theirs", ipam));
    assertThat(network.resolve("10.1.2.2")).doesNotExist();
  }

  @Test
  void eachSetGivesOneAddressAndASetGoesOverItsRanges() throws Exception {
    String ipam =
        "'ranges':[[{'subnet':'10.1.2.0/30'},{'subnet':'10.1.3.0/30'}],"
            + "[{'subnet':'fd00:1::/64','gateway':'fd00:1::99'}]],'routes':[{'dst':'0.0.0.0/0'}]";
    CniResult first = plugin.add(call("first", ipam));
    CniResult second = plugin.add(call("second", ipam));
    assertThat(first.ips())
        .extracting(ip -> ip.address().toString())
        .containsExactly("10.1.2.2/30", "fd00:1::1/64");
    assertThat(second.ips())
        .extracting(ip -> ip.address().toString())
        .containsExactly("10.1.3.2/30", "fd00:1::2/64");
    assertThat(first.ips().getLast().gateway()).isEqualTo(InetAddress.ofLiteral("fd00:1::99"));
    assertThat(first.routes()).hasSize(1);
    assertThatExceptionOfType(CniException.class).isThrownBy(() -> plugin.add(call("3", ipam)));
    try (var files = Files.list(temp.resolve("net"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("the version 6 address of the one that failed is free again")
          .doesNotContain("fd00:1::3");
    }
  }

  @Test
  void anAddressThatIsAskedForIsGivenOrRefusedByName() throws Exception {
    String ipam = "'subnet':'10.1.2.0/24'";
    PluginCall call = call("pod", ipam);
    PluginCall asked =
        new PluginCall("pod", null, "eth0", Map.of("IP", "10.1.2.77"), call.config());
    assertThat(address(plugin.add(asked))).isEqualTo("10.1.2.77/24");
    PluginCall other =
        new PluginCall("other", null, "eth0", Map.of("IP", "10.1.2.77"), call.config());
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(other))
        .withMessage("address 10.1.2.77 was asked for and is taken by container pod");
    PluginCall outside =
        new PluginCall("other", null, "eth0", Map.of("IP", "10.9.9.9"), call.config());
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.add(outside))
        .withMessage("address 10.9.9.9 was asked for and is in no range");
  }

  @Test
  void whatBelongsToNoValidAttachmentIsFreed() throws Exception {
    String ipam = "'subnet':'10.1.2.0/24'";
    add("live", ipam);
    add("lost", ipam);
    plugin.gc(call("any", ipam).config(), Set.of(new Plugin.Attachment("live", "eth0")));
    plugin.check(call("live", ipam));
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.check(call("lost", ipam)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.NOT_AS_ADDED));
  }

  @Test
  void freeingByAnOldResultLeavesWhatAnotherHasByNow() throws Exception {
    String ipam = "'subnet':'10.1.2.0/30'";
    PluginCall first = call("first", ipam);
    PluginCall later = TestCalls.after(first, plugin.add(first));
    plugin.del(later);
    add("second", ipam);
    plugin.del(later);
    plugin.check(call("second", ipam));
  }

  @Test
  void whoGotNothingForABadConfigurationCanGo() throws Exception {
    plugin.del(call("pod", "'subnet':'10.1.2.0'"));
    plugin.del(call("pod", "'subnet':'10.1.2.0/24','resolvConf':'/no/such/file'"));
  }

  @Test
  void manyAtOnceGetDifferentAddresses() throws Exception {
    String ipam = "'subnet':'10.1.2.0/24'";
    List<Callable<String>> work = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String pod = "pod" + i;
      // each with an instance of its own, as if in processes of their own
      work.add(() -> address(new HostLocal(Linux.syscalls()).add(call(pod, ipam))));
    }
    Set<String> given = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<String> one : threads.invokeAll(work)) {
        given.add(one.get());
      }
    }
    assertThat(given).hasSize(100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'routes':[] | field ipam.ranges is missing: no addresses to give out",
        "'subnet':'10.1.2.0' | field ipam.subnet must be ADDRESS/LENGTH, not \"\"10.1.2.0\"\"",
        "'subnet':'10.1.2.0/31' | field ipam.subnet: 10.1.2.0/31 is too small for containers",
        "'subnet':'10.1.2.0/24','rangeStart':'10.1.3.4' | field ipam.subnet: addresses 10.1.3.4 to"
            + " 10.1.2.254 are not all in 10.1.2.0/24",
        "'ranges':[[{'subnet':'10.1.0.0/16'}],[{'subnet':'10.1.2.0/24'}]] | ranges 10.1.0.0/16 and"
            + " 10.1.2.0/24 overlap",
        "'ranges':[[{'subnet':'10.1.0.0/16'},{'subnet':'fd00::/64'}]] | field ipam.ranges mixes"
            + " version 4 and 6 in one range set",
        "'ranges':{} | field ipam.ranges must be an array, not {}",
      })
  void whatCannotBeIsNamed(String ipam, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> add("pod", ipam))
        .withMessage(message.replace("\"\"", "\""))
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.INVALID_CONFIG));
  }
}
