package io.gantry.cni.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.plugin.ByCapability;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.ReachedFromOutside;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainTest {

  private final List<String> calls = new ArrayList<>();
  private String failing = "";

  /** Remembers what it was asked, and adds an interface of its own name. */
  private class Remembering implements Plugin {

    private boolean toldOfNamespace;

    private void note(String verb, PluginConfig config) throws CniException {
      String call = verb + " " + config.type();
      calls.add(call);
      if (call.equals(failing)) {
        throw new CniException(CniException.TRY_AGAIN, "not now");
      }
    }

    @Override
    public CniResult add(PluginCall call) throws CniException {
      note("ADD", call.config());
      calls.add("config " + call.config().json());
      return call.config()
          .previous()
          .orElse(CniResult.EMPTY)
          .and(new CniResult.Interface(call.config().type(), "", 0, ""));
    }

    @Override
    public void check(PluginCall call) throws CniException {
      note("CHECK", call.config());
    }

    @Override
    public void del(PluginCall call) throws CniException {
      toldOfNamespace = call.netns() != null;
      note("DEL", call.config());
    }

    @Override
    public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
      note("GC", config);
    }

    @Override
    public void status(PluginConfig config) throws CniException {
      note("STATUS", config);
    }
  }

  /** One that has nothing to do but what is asked for by capability. */
  private final class Idle extends Remembering implements ByCapability {}

  /** One whose interfaces others see. */
  private final class Outside extends Remembering implements ReachedFromOutside {}

  @Test
  void interfacesThatAnswerOutsideAreTakenAwayBeforeTheirAddressIsFree() throws Exception {
    assertThat(isToldOfTheNamespace(new Outside())).isTrue();
    assertThat(isToldOfTheNamespace(new Remembering())).isFalse();
  }

  private static boolean isToldOfTheNamespace(Remembering plugin) throws IOException {
    var list = TestCalls.json("{'cniVersion':'1.1.0','name':'net','plugins':[{'type':'one'}]}");
    PluginCall.Netns netns = new PluginCall.Netns("/proc/self/ns/net", Fd.CWD);
    new Chain(NetworkList.read(list, "test"), _ -> plugin)
        .del(new Request("pod", netns, "eth0", Map.of(), TestCalls.json("{}")), null);
    return plugin.toldOfNamespace;
  }

  /** One whose configuration has a mistake. */
  private final class Mistaken extends Remembering {
    @Override
    public void status(PluginConfig config) throws CniException {
      config.fields().number("mtu", 0, 0, 65535);
    }
  }

  @Test
  void aMistakeInAPluginsConfigurationIsNamedWithFileAndLine(@TempDir Path temp) throws Exception {
    Path file = temp.resolve("10-net.conflist");
    Files.writeString(
        file,
        """
        {"cniVersion": "1.1.0", "name": "net", "plugins": [
          {"type": "one"},
          {"type": "two",
           "mtu": "large"}]}
        """);
    var json = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    Chain chain = new Chain(NetworkList.read(json, file.toString()), _ -> new Mistaken());
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(chain::status)
        .withMessage(
            "network net, plugin two: field mtu must be a whole number from 0 to 65535, not"
                + " \"large\" (%s:4)",
            file);
    Files.delete(file);
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(chain::status)
        .withMessageEndingWith("not \"large\"");
  }

  private Chain chain(String version) throws IOException {
    String json =
        """
        {'cniVersion':'%s','name':'net','plugins':[
          {'type':'first','x':1},
          {'type':'second','capabilities':{'portMappings':true,'bandwidth':false,'mac':true}}]}
        """
            .formatted(version);
    return new Chain(NetworkList.read(TestCalls.json(json), "test"), _ -> new Remembering());
  }

  private static Request request() throws IOException {
    return new Request(
        "pod",
        null,
        "eth0",
        Map.of(),
        TestCalls.json("{'portMappings':[{'hostPort':80}],'bandwidth':{'ingressRate':1}}"));
  }

  @Test
  void eachPluginGetsWhatTheSpecificationDerivesForIt() throws Exception {
    CniResult result = chain("1.1.0").add(request());
    assertThat(result.interfaces())
        .extracting(CniResult.Interface::name)
        .containsExactly("first", "second");
    assertThat(calls.stream().map(call -> call.replace('"', '\'')))
        .containsExactly(
            "ADD first",
            "config {'type':'first','x':1,'name':'net','cniVersion':'1.1.0'}",
            "ADD second",
            "config {'type':'second','name':'net','cniVersion':'1.1.0',"
                + "'runtimeConfig':{'portMappings':[{'hostPort':80}]},"
                + "'prevResult':{'cniVersion':'1.1.0','interfaces':[{'name':'first'}],'ips':[],"
                + "'routes':[],'dns':{}}}");
  }

  @Test
  void whoHasNothingToDoForAContainerIsNotRun() throws Exception {
    String json =
        """
        {'cniVersion':'1.1.0','name':'net','plugins':[
          {'type':'asked','capabilities':{'portMappings':true}},
          {'type':'idle','capabilities':{'mac':true}},
          {'type':'told','capabilities':{'mac':true},'mtu':1400}]}
        """;
    Chain chain = new Chain(NetworkList.read(TestCalls.json(json), "test"), _ -> new Idle());
    chain.add(request());
    chain.del(request(), CniResult.EMPTY);
    assertThat(calls.stream().filter(call -> !call.startsWith("config")))
        .containsExactly("ADD asked", "ADD told", "DEL told", "DEL asked");
  }

  @Test
  void aFailureNamesNetworkAndPluginAndKeepsItsCode() throws Exception {
    failing = "ADD second";
    Chain chain = chain("1.1.0");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> chain.add(request()))
        .withMessage("network net, plugin second: not now")
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.TRY_AGAIN));
  }

  @Test
  void undoingGoesBackwardsAndOverFailures() throws Exception {
    failing = "DEL second";
    Chain chain = chain("1.1.0");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> chain.del(request(), null))
        .withMessageContaining("second");
    assertThat(calls).containsExactly("DEL second", "DEL first");
  }

  @Test
  void verbsThatAVersionDoesNotHaveAreNotUsed() throws Exception {
    chain("0.3.1").check(request(), CniResult.EMPTY);
    assertThat(calls).isEmpty();
    chain("0.4.0").check(request(), CniResult.EMPTY);
    chain("1.1.0").status();
    chain("1.1.0").gc(Set.of());
    assertThat(calls)
        .containsExactly(
            "CHECK first",
            "CHECK second",
            "STATUS first",
            "STATUS second",
            "GC first",
            "GC second");
  }
}
