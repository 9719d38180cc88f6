package io.gantry.cni.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.plugin.GivesAddresses;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A plugin that is a program (CNI 1.1, section 2): one process per call. */
final class ExecutedPlugin implements Plugin, GivesAddresses {

  private static final String VALID = "cni.dev/valid-attachments";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path program;
  private final String path;
  private final ProgramRun run;

  /**
   * A program that is there.
   *
   * @param path of directories for {@code CNI_PATH}, by which it finds others
   */
  ExecutedPlugin(Path program, String path, ProgramRun run) {
    this.program = program;
    this.path = path;
    this.run = run;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    String output = execute("ADD", variables(call), call.config());
    try {
      JsonNode result = JSON.readTree(output);
      if (result == null || !result.isObject()) {
        throw new CniException(
            CniException.DECODING_FAILURE, program + " succeeded at ADD and answered no result");
      }
      return ResultJson.read(result);
    } catch (JsonProcessingException e) {
      throw new CniException(
          CniException.DECODING_FAILURE,
          program + " succeeded at ADD and answered no JSON: " + e.getOriginalMessage(),
          output,
          e);
    }
  }

  @Override
  public void check(PluginCall call) throws CniException {
    execute("CHECK", variables(call), call.config());
  }

  @Override
  public void del(PluginCall call) throws CniException {
    execute("DEL", variables(call), call.config());
  }

  /** Programs of older versions know no such command and would answer with a failure. */
  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    if (!config.version().hasStatusAndGc()) {
      return;
    }
    ObjectNode json = config.json().deepCopy();
    ArrayNode attachments = json.putArray(VALID);
    valid.forEach(one ->
        attachments.addObject().put("containerID", one.containerId()).put("ifname", one.ifName()));
    execute("GC", Map.of(), PluginConfig.of(json));
  }

  /** As with GC. */
  @Override
  public void status(PluginConfig config) throws CniException {
    if (config.version().hasStatusAndGc()) {
      execute("STATUS", Map.of(), config);
    }
  }

  private static Map<String, String> variables(PluginCall call) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("CNI_CONTAINERID", call.containerId());
    variables.put("CNI_IFNAME", call.ifName());
    variables.put("CNI_NETNS", call.netns() == null ? "" : call.netns().path());
    variables.put(
        "CNI_ARGS",
        call.args().entrySet().stream()
            // it would end the argument and begin another
            .filter(argument -> !argument.getValue().contains(";"))
            .map(argument -> argument.getKey() + "=" + argument.getValue())
            .sorted()
            .collect(Collectors.joining(";")));
    return variables;
  }

  private String execute(String command, Map<String, String> variables, PluginConfig config)
      throws CniException {
    Map<String, String> all = new LinkedHashMap<>(variables);
    all.put("CNI_COMMAND", command);
    all.put("CNI_PATH", path);
    try {
      ProgramRun.Outcome outcome = run.run(program, all, JSON.writeValueAsString(config.json()));
      if (outcome.exitCode() != 0) {
        throw told(command, outcome);
      }
      return outcome.output();
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw CniException.failed("cannot run " + program + " " + command + ": " + e.getMessage(), e);
    }
  }

  private CniException told(String command, ProgramRun.Outcome outcome) {
    try {
      JsonNode json = JSON.readTree(outcome.output());
      if (json != null && json.isObject()) {
        ConfigNode error = ConfigNode.root(json);
        int code = (int) error.number("code", CniException.PLUGIN_FAILURE, 0, Integer.MAX_VALUE);
        String details = error.text("details", "");
        boolean own = code >= CniException.PLUGIN_FAILURE;
        return new CniException(
            // from there on each plugin means something of its own by them
            own ? CniException.PLUGIN_FAILURE : code,
            error.text("msg", "exit code " + outcome.exitCode()),
            own ? (details + " code " + code).strip() : details,
            null);
      }
    } catch (IOException noJson) {
      // said below with what it printed
    }
    String said = (outcome.errors() + " " + outcome.output()).strip();
    return new CniException(
        CniException.PLUGIN_FAILURE,
        "%s %s ended with exit code %d and no CNI error: %s"
            .formatted(program, command, outcome.exitCode(), said.isEmpty() ? "no output" : said));
  }

  @Override
  public String toString() {
    return program.toString();
  }
}
