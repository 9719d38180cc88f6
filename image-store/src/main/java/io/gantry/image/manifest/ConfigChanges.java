package io.gantry.image.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.error.ImageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Changes an image's config by the instructions of a Dockerfile that concern nothing else
 * (https://docs.docker.com/reference/dockerfile/). One thread.
 */
public final class ConfigChanges {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KNOWN =
      "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME or WORKDIR";

  private final ObjectNode run;

  private ConfigChanges(ObjectNode run) {
    this.run = run;
  }

  /** Applies instructions such as {@code ENV A=b C="d e"} in their order. */
  public static void apply(ConfigDocument config, List<String> instructions) throws ImageException {
    ConfigChanges changes = new ConfigChanges(config.run());
    for (String instruction : instructions) {
      changes.apply(instruction);
    }
  }

  private void apply(String instruction) throws ImageException {
    String[] parts = instruction.strip().split("\\s+", 2);
    String rest = parts.length < 2 ? "" : parts[1].strip();
    if (rest.isEmpty()) {
      throw wrong(instruction, "it says nothing", "write it as NAME VALUE");
    }
    switch (parts[0].toUpperCase(Locale.ROOT)) {
      case "CMD" -> command(instruction, "Cmd", rest);
      case "ENTRYPOINT" -> {
        command(instruction, "Entrypoint", rest);
        // The words that went with the old program mean nothing to the new one.
        run.remove("Cmd");
      }
      case "ENV" -> environment(instruction, rest);
      case "EXPOSE" -> expose(instruction, rest);
      case "LABEL" -> {
        for (String[] pair : pairs(instruction, rest)) {
          ConfigDocument.object(run, "Labels").put(pair[0], pair[1]);
        }
      }
      case "STOPSIGNAL" -> run.put("StopSignal", rest);
      case "USER" -> run.put("User", rest);
      case "VOLUME" -> volumes(instruction, rest);
      case "WORKDIR" -> workingDirectory(rest);
      default -> throw wrong(instruction, parts[0] + " changes no config", "want " + KNOWN);
    }
  }

  private void command(String instruction, String field, String rest) throws ImageException {
    ArrayNode words = run.putArray(field);
    List<String> given =
        rest.startsWith("[") ? list(instruction, rest) : List.of("/bin/sh", "-c", rest);
    given.forEach(words::add);
  }

  private void environment(String instruction, String rest) throws ImageException {
    ArrayNode environment = ConfigDocument.array(run, "Env");
    for (String[] pair : pairs(instruction, rest)) {
      for (int i = environment.size() - 1; i >= 0; i--) {
        if (environment.get(i).asText().startsWith(pair[0] + "=")) {
          environment.remove(i);
        }
      }
      environment.add(pair[0] + "=" + pair[1]);
    }
  }

  private void expose(String instruction, String rest) throws ImageException {
    for (String port : new Words(rest).all()) {
      if (!port.matches("\\d{1,5}(-\\d{1,5})?(/(tcp|udp|sctp))?")) {
        throw wrong(instruction, port + " is no port", "write it as 80, 80/tcp or 8000-8010/udp");
      }
      ConfigDocument.object(run, "ExposedPorts")
          .putObject(port.indexOf('/') < 0 ? port + "/tcp" : port);
    }
  }

  private void volumes(String instruction, String rest) throws ImageException {
    List<String> paths = rest.startsWith("[") ? list(instruction, rest) : new Words(rest).all();
    paths.forEach(path -> ConfigDocument.object(run, "Volumes").putObject(path));
  }

  private void workingDirectory(String rest) {
    String before = run.path("WorkingDir").asText("");
    Path now = Path.of(before.isEmpty() ? "/" : before).resolve(rest).normalize();
    run.put("WorkingDir", now.toString());
  }

  private static List<String> list(String instruction, String text) throws ImageException {
    try {
      List<String> words = new ArrayList<>();
      for (JsonNode word : JSON.readTree(text)) {
        if (!word.isTextual()) {
          throw wrong(instruction, "the list holds what is no string", "");
        }
        words.add(word.textValue());
      }
      return words;
    } catch (JsonProcessingException e) {
      throw wrong(
          instruction, "it begins like a list and is none", "write it as [\"word\", \"word\"]");
    }
  }

  /** {@code key=value key="value"}, or the old form of one {@code key value}. */
  private static List<String[]> pairs(String instruction, String text) throws ImageException {
    List<String[]> pairs = new ArrayList<>();
    List<String> words = new Words(text).all();
    if (words.size() > 1 && words.getFirst().indexOf('=') < 0) {
      String key = text.split("\\s+", 2)[0];
      pairs.add(new String[] {key, text.substring(key.length()).strip()});
      return pairs;
    }
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw wrong(instruction, "\"" + word + "\" is no NAME=VALUE", "");
      }
      pairs.add(new String[] {word.substring(0, equals), word.substring(equals + 1)});
    }
    return pairs;
  }

  private static ImageException wrong(String instruction, String reason, String nextStep) {
    return new ImageException.Invalid("change \"" + instruction + "\"", reason, nextStep);
  }

  /** Words between spaces; quotes and backslashes keep spaces in. */
  private static final class Words {
    private final String text;
    private int at;

    Words(String text) {
      this.text = text;
    }

    List<String> all() {
      List<String> words = new ArrayList<>();
      while (at < text.length()) {
        if (Character.isWhitespace(text.charAt(at))) {
          at++;
        } else {
          words.add(word());
        }
      }
      return words;
    }

    private String word() {
      StringBuilder word = new StringBuilder();
      char quote = 0;
      for (; at < text.length(); at++) {
        char c = text.charAt(at);
        if (c == '\\' && quote != '\'' && at + 1 < text.length()) {
          word.append(text.charAt(++at));
        } else if (quote != 0 && c == quote) {
          quote = 0;
        } else if (quote == 0 && (c == '"' || c == '\'')) {
          quote = c;
        } else if (quote == 0 && Character.isWhitespace(c)) {
          break;
        } else {
          word.append(c);
        }
      }
      return word.toString();
    }
  }
}
