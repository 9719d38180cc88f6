package io.gantry.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.seccomp.SeccompAction;
import io.gantry.linux.seccomp.SeccompAction.Kind;
import io.gantry.linux.seccomp.SeccompCondition;
import io.gantry.linux.seccomp.SeccompCondition.Comparison;
import io.gantry.linux.seccomp.SeccompProfile;
import io.gantry.linux.seccomp.SeccompRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A seccomp profile in the form of the OCI runtime specification (config-linux.md, Seccomp), as
 * CRI's Localhost names it. What a profile says and Gantry cannot do is refused, never skipped: a
 * rule left out could be the one that mattered.
 */
final class LocalhostProfile {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EPERM = 1;
  private static final int LAST_ARGUMENT = 5;
  private static final int LARGEST_DATA = 0xFFFF;

  private static final Map<String, Kind> ACTIONS =
      Map.of(
          "SCMP_ACT_ALLOW", Kind.ALLOW,
          "SCMP_ACT_ERRNO", Kind.ERRNO,
          "SCMP_ACT_KILL", Kind.KILL_THREAD,
          "SCMP_ACT_KILL_THREAD", Kind.KILL_THREAD,
          "SCMP_ACT_KILL_PROCESS", Kind.KILL_PROCESS,
          "SCMP_ACT_LOG", Kind.LOG,
          "SCMP_ACT_TRACE", Kind.TRACE,
          "SCMP_ACT_TRAP", Kind.TRAP);

  private static final Map<String, Comparison> COMPARISONS =
      Map.of(
          "SCMP_CMP_NE", Comparison.NOT_EQUAL,
          "SCMP_CMP_LT", Comparison.LESS,
          "SCMP_CMP_LE", Comparison.LESS_OR_EQUAL,
          "SCMP_CMP_EQ", Comparison.EQUAL,
          "SCMP_CMP_GE", Comparison.GREATER_OR_EQUAL,
          "SCMP_CMP_GT", Comparison.GREATER,
          "SCMP_CMP_MASKED_EQ", Comparison.MASKED_EQUAL);

  private static final Set<String> TOP =
      Set.of("defaultAction", "defaultErrnoRet", "architectures", "flags", "syscalls");
  private static final Set<String> CALL =
      Set.of("name", "names", "action", "errnoRet", "args", "comment");

  /** None of them changes what is allowed: whether it is logged, mitigated, or for all threads. */
  private static final Set<String> FLAGS =
      Set.of(
          "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC");

  private final String path;

  private LocalhostProfile(String path) {
    this.path = path;
  }

  /**
   * @param path of the file, for messages
   * @param json its content
   */
  static SeccompProfile parse(String path, String json) {
    return new LocalhostProfile(path).parse(json);
  }

  private SeccompProfile parse(String json) {
    JsonNode top;
    try {
      top = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw invalid("is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!top.isObject()) {
      throw invalid("is not a JSON object", null);
    }
    knownOnly(top, TOP, "");
    SeccompAction otherwise = action(top.path("defaultAction"), top.path("defaultErrnoRet"));
    List<SeccompRule> rules = new ArrayList<>();
    for (JsonNode call : top.path("syscalls")) {
      rules.add(rule(call));
    }
    checkFlags(top);
    return new SeccompProfile(otherwise, architectures(top), rules);
  }

  private void knownOnly(JsonNode object, Set<String> known, String where) {
    for (String name : (Iterable<String>) object::fieldNames) {
      JsonNode value = object.path(name);
      boolean empty = value.isNull() || (value.isContainerNode() && value.isEmpty());
      if (!known.contains(name) && !empty) {
        throw invalid("has " + where + name + ", which Gantry does not know", null);
      }
    }
  }

  private List<String> architectures(JsonNode top) {
    List<String> names = new ArrayList<>();
    for (JsonNode each : top.path("architectures")) {
      if (!each.asText().startsWith("SCMP_ARCH_")) {
        throw invalid("has the unknown architecture \"" + each.asText() + "\"", null);
      }
      names.add(each.asText());
    }
    return names;
  }

  private void checkFlags(JsonNode top) {
    for (JsonNode flag : top.path("flags")) {
      if (!FLAGS.contains(flag.asText())) {
        throw invalid("has the unknown flag \"" + flag.asText() + "\"", null);
      }
    }
  }

  private SeccompRule rule(JsonNode call) {
    knownOnly(call, CALL, "syscalls[].");
    SeccompAction action = action(call.path("action"), call.path("errnoRet"));
    Set<String> names = new LinkedHashSet<>();
    if (call.hasNonNull("name")) {
      names.add(call.path("name").asText());
    }
    call.path("names").forEach(each -> names.add(each.asText()));
    if (names.isEmpty()) {
      throw invalid("has an entry of syscalls without names", null);
    }
    return new SeccompRule(List.copyOf(names), action, conditions(call.path("args")));
  }

  private List<SeccompCondition> conditions(JsonNode args) {
    List<SeccompCondition> conditions = new ArrayList<>();
    for (JsonNode arg : args) {
      Comparison comparison = COMPARISONS.get(arg.path("op").asText());
      int index = arg.path("index").asInt(-1);
      if (comparison == null || index < 0 || index > LAST_ARGUMENT) {
        throw invalid("has an argument condition that cannot be: " + arg, null);
      }
      conditions.add(
          new SeccompCondition(index, comparison, number(arg, "value"), number(arg, "valueTwo")));
    }
    return conditions;
  }

  /** Unsigned 64 bits: larger than what a signed number of JSON libraries holds. */
  private static long number(JsonNode arg, String field) {
    return arg.path(field).bigIntegerValue().longValue();
  }

  private SeccompAction action(JsonNode action, JsonNode errno) {
    Kind kind = ACTIONS.get(action.asText());
    if (kind == null) {
      throw invalid(
          action.asText().equals("SCMP_ACT_NOTIFY")
              ? "wants SCMP_ACT_NOTIFY, which Gantry does not offer yet"
              : "has the unknown action \"" + action.asText() + "\"",
          null);
    }
    int data = kind == Kind.ERRNO || kind == Kind.TRACE ? errno.asInt(EPERM) : 0;
    if (data < 0 || data > LARGEST_DATA) {
      throw invalid("has the errno " + data + ", which is out of range", null);
    }
    return new SeccompAction(kind, data);
  }

  private InvalidException invalid(String problem, @Nullable Throwable cause) {
    return new InvalidException(
        new Subject("seccomp profile", path),
        "seccomp profile " + path + " " + problem,
        "see the seccomp section of the OCI runtime specification",
        cause);
  }
}
