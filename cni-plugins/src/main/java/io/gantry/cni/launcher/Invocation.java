package io.gantry.cni.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.spec.CniException;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a runtime says when it starts a plugin.
 *
 * @param variables of the environment
 * @param input what stands on standard input
 */
record Invocation(Map<String, String> variables, String input) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTAINER_ID = "[A-Za-z0-9][A-Za-z0-9_.-]*";
  private static final int LONGEST_INTERFACE = 15;

  /** {@code ADD}, {@code DEL}, {@code CHECK}, {@code GC}, {@code STATUS}, {@code VERSION}. */
  String command() {
    return value("CNI_COMMAND");
  }

  private String value(String name) {
    return variables.getOrDefault(name, "");
  }

  ObjectNode config() throws CniException {
    try {
      JsonNode json = JSON.readTree(input);
      if (json instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new CniException(
          CniException.DECODING_FAILURE,
          "the configuration on standard input is no JSON: " + e.getOriginalMessage(),
          "",
          e);
    }
    throw new CniException(
        CniException.DECODING_FAILURE, "the configuration on standard input is no object");
  }

  String containerId() throws CniException {
    String id = required("CNI_CONTAINERID");
    if (!id.matches(CONTAINER_ID)) {
      throw wrong("CNI_CONTAINERID", id, "letters, digits, dots, dashes and underscores");
    }
    return id;
  }

  /** What the kernel takes for the name of an interface. */
  String ifName() throws CniException {
    String name = required("CNI_IFNAME");
    if (name.length() > LONGEST_INTERFACE || name.matches("\\.{1,2}|.*[/:\\s].*")) {
      throw wrong("CNI_IFNAME", name, "the name of an interface");
    }
    return name;
  }

  /** The path of the container's namespace, or empty. */
  String netns() {
    return value("CNI_NETNS");
  }

  /** {@code CNI_ARGS}: {@code NAME=VALUE;NAME=VALUE}. */
  Map<String, String> args() throws CniException {
    Map<String, String> args = new LinkedHashMap<>();
    for (String pair : value("CNI_ARGS").split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        args.put(pair.substring(0, equals), pair.substring(equals + 1));
      } else if (!pair.isEmpty()) {
        throw wrong("CNI_ARGS", pair, "NAME=VALUE, with ; between several");
      }
    }
    return args;
  }

  /** Where plugins that this one calls are looked for. */
  List<Path> directories() {
    return Arrays.stream(value("CNI_PATH").split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .map(Path::of)
        .toList();
  }

  private String required(String name) throws CniException {
    String value = value(name);
    if (value.isEmpty()) {
      throw new CniException(CniException.INVALID_ENVIRONMENT, name + " is missing");
    }
    return value;
  }

  private static CniException wrong(String name, String value, String wanted) {
    return new CniException(
        CniException.INVALID_ENVIRONMENT, name + " must be " + wanted + ", not " + value);
  }
}
