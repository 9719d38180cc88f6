package io.gantry.cni.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

  private static final String CONFIG =
      "{'cniVersion': '1.1.0', 'name': 'net', 'type': 'some', 'prevResult': {'ips': []}}";

  /** Remembers what it was asked. */
  private static final class RecordingPlugin implements Plugin {

    private final List<String> calls = new ArrayList<>();

    @Override
    public CniResult add(PluginCall call) {
      note("add", call);
      return CniResult.EMPTY.and(new CniResult.Interface(call.ifName(), "", 1500, "/netns"));
    }

    private void note(String what, PluginCall call) {
      PluginCall.Netns netns = call.netns();
      calls.add(
          String.join(
              " ",
              what,
              call.containerId(),
              call.ifName(),
              netns == null ? "-" : "in netns",
              call.args().toString()));
    }

    @Override
    public void check(PluginCall call) throws CniException {
      throw new CniException(CniException.NOT_AS_ADDED, "not so", "look there", null);
    }

    @Override
    public void del(PluginCall call) {
      note("del", call);
    }

    @Override
    public void gc(PluginConfig config, Set<Attachment> valid) {
      calls.add("gc " + config.network() + " " + valid);
    }

    @Override
    public void status(PluginConfig config) {
      throw new IllegalStateException("oops");
    }
  }

  @TempDir Path temp;

  private final RecordingPlugin plugin = new RecordingPlugin();
  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void setVariables() throws IOException {
    Path netns = Files.createFile(temp.resolve("netns"));
    variables.putAll(
        Map.of(
            "CNI_CONTAINERID", "one",
            "CNI_IFNAME", "eth0",
            "CNI_NETNS", netns.toString(),
            "CNI_ARGS", "IgnoreUnknown=1;MAC=02:00:00:00:00:01",
            "CNI_PATH", "/opt/cni/bin:/usr/lib/cni"));
  }

  private Launcher.Answer answer(String command, String config) {
    variables.put("CNI_COMMAND", command);
    return new Launcher(type -> plugin, "some", new Namespaces(Linux.syscalls()))
        .answer(new Invocation(variables, config.replace('\'', '"')));
  }

  private void refused(String command, String config, int code, String message) {
    Launcher.Answer answer = answer(command, config);
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.output()).contains("\"code\":" + code, message);
    assertThat(plugin.calls).isEmpty();
  }

  @Test
  void anAttachmentIsMadeAndAnsweredInTheVersionOfItsConfiguration() {
    Launcher.Answer answer = answer("ADD", CONFIG);
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.output())
        .startsWith("{\"cniVersion\":\"1.1.0\"")
        .contains("{\"name\":\"eth0\",\"mtu\":1500,\"sandbox\":\"/netns\"}");
    assertThat(plugin.calls).hasSize(1);
    assertThat(plugin.calls.getFirst())
        .startsWith("add one eth0 in netns")
        .contains("MAC=02:00:00:00:00:01");
    assertThat(answer("ADD", CONFIG.replace("1.1.0", "0.4.0")).output())
        .startsWith("{\"cniVersion\":\"0.4.0\"")
        .doesNotContain("mtu");
  }

  @Test
  void anAttachmentGoesWithOrWithoutItsNamespace() throws IOException {
    assertThat(answer("DEL", CONFIG)).isEqualTo(new Launcher.Answer(0, ""));
    Files.delete(temp.resolve("netns"));
    answer("DEL", CONFIG);
    variables.remove("CNI_NETNS");
    answer("DEL", CONFIG);
    assertThat(plugin.calls).hasSize(3);
    assertThat(plugin.calls.get(0)).startsWith("del one eth0 in netns");
    assertThat(plugin.calls.get(1)).startsWith("del one eth0 - ");
    assertThat(plugin.calls.get(2)).startsWith("del one eth0 - ");
  }

  @Test
  void theRuntimeSaysWhoStays() {
    String config =
        CONFIG.replace(
            "'prevResult': {'ips': []}",
            "'cni.dev/valid-attachments': [{'containerID': 'one', 'ifname': 'eth0'}]");
    variables.keySet().removeIf(name -> !name.equals("CNI_PATH"));
    assertThat(answer("GC", config)).isEqualTo(new Launcher.Answer(0, ""));
    assertThat(plugin.calls)
        .containsExactly("gc net " + Set.of(new Plugin.Attachment("one", "eth0")));
  }

  @Test
  void versionsAreToldWithoutAConfigurationToo() {
    String versions = "\"supportedVersions\":[\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}";
    assertThat(answer("VERSION", "{'cniVersion': '0.4.0'}").output())
        .isEqualTo("{\"cniVersion\":\"0.4.0\"," + versions);
    assertThat(answer("VERSION", "").output()).isEqualTo("{\"cniVersion\":\"1.1.0\"," + versions);
  }

  @Test
  void failuresAreToldInJson() {
    Launcher.Answer answer = answer("CHECK", CONFIG);
    assertThat(answer)
        .isEqualTo(
            new Launcher.Answer(
                1,
                "{\"cniVersion\":\"1.1.0\",\"code\":103,\"msg\":\"not so\","
                    + "\"details\":\"look there\"}"));
    refused("STATUS", CONFIG, CniException.PLUGIN_FAILURE, "oops");
    Path nowhere = temp.resolve("nowhere");
    variables.put("CNI_NETNS", nowhere.toString());
    refused("ADD", CONFIG, CniException.IO_FAILURE, nowhere + ": ENOENT");
  }

  @Test
  void whatIsNotAskedAsCniAsksIsRefused() {
    refused("ADD", "{", CniException.DECODING_FAILURE, "no JSON");
    refused("ADD", "[]", CniException.DECODING_FAILURE, "no object");
    refused("", CONFIG, CniException.INVALID_ENVIRONMENT, "CNI_COMMAND");
    String old = CONFIG.replace("1.1.0", "1.0.0");
    refused("GC", old, CniException.INCOMPATIBLE_VERSION, "1.0.0 of the configuration has no GC");
    refused("STATUS", old, CniException.INCOMPATIBLE_VERSION, "has no STATUS");
    refused("CHECK", CONFIG.replace("1.1.0", "0.3.1"), 1, "has no CHECK");
    refused("ADD", CONFIG.replace("1.1.0", "9.0.0"), 1, "9.0.0");
    int environment = CniException.INVALID_ENVIRONMENT;
    for (String name : List.of("a/b", "a b", ".", "..", "sixteen-letters-x", "a:b")) {
      variables.put("CNI_IFNAME", name);
      refused("ADD", CONFIG, environment, "CNI_IFNAME must be the name of an interface");
    }
    variables.put("CNI_IFNAME", "eth0");
    variables.put("CNI_CONTAINERID", "../one");
    refused("ADD", CONFIG, environment, "CNI_CONTAINERID must be letters");
    variables.remove("CNI_CONTAINERID");
    refused("DEL", CONFIG, environment, "CNI_CONTAINERID is missing");
    variables.put("CNI_CONTAINERID", "one");
    variables.put("CNI_ARGS", "what");
    refused("DEL", CONFIG, environment, "CNI_ARGS must be NAME=VALUE");
    variables.remove("CNI_NETNS");
    refused("ADD", CONFIG, environment, "CNI_NETNS is missing");
  }

  @Test
  void otherPluginsAreLookedForWhereTheRuntimeSays() {
    assertThat(new Invocation(variables, "").directories())
        .containsExactly(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"));
    assertThat(new Invocation(Map.of(), "").directories()).isEmpty();
  }
}
