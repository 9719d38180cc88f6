package io.gantry.cdi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One file of a vendor (CDI specification, SPEC.md).
 *
 * @param kind vendor and class, such as {@code vendor.com/gpu}
 * @param containerEdits for every container with a device of the file, once
 */
record CdiSpec(
    String cdiVersion,
    String kind,
    Map<String, String> annotations,
    List<Device> devices,
    Edits containerEdits) {

  CdiSpec {
    cdiVersion = Objects.requireNonNullElse(cdiVersion, "");
    kind = Objects.requireNonNullElse(kind, "");
    annotations = orNone(annotations);
    devices = orNone(devices);
    containerEdits = Objects.requireNonNullElse(containerEdits, Edits.NONE);
  }

  record Device(String name, Map<String, String> annotations, Edits containerEdits) {
    Device {
      name = Objects.requireNonNullElse(name, "");
      annotations = orNone(annotations);
      containerEdits = Objects.requireNonNullElse(containerEdits, Edits.NONE);
    }
  }

  /**
   * What a container gets.
   *
   * @param env {@code NAME=value}
   * @param intelRdt and netDevices: what Gantry cannot do, kept so that it can be refused
   */
  record Edits(
      List<String> env,
      List<Node> deviceNodes,
      List<Bind> mounts,
      List<Program> hooks,
      List<Long> additionalGids,
      @Nullable JsonNode intelRdt,
      @Nullable JsonNode netDevices) {

    static final Edits NONE =
        new Edits(List.of(), List.of(), List.of(), List.of(), List.of(), null, null);

    Edits {
      env = orNone(env);
      deviceNodes = orNone(deviceNodes);
      mounts = orNone(mounts);
      hooks = orNone(hooks);
      additionalGids = orNone(additionalGids);
    }
  }

  /**
   * A device file.
   *
   * @param type {@code b}, {@code c} or {@code u}; empty for what the machine has at hostPath
   * @param fileMode permission bits; null for 0666
   * @param uid null for the container's user
   */
  record Node(
      String path,
      String hostPath,
      String type,
      int major,
      int minor,
      @JsonDeserialize(using = FileMode.class) @Nullable Integer fileMode,
      String permissions,
      @Nullable Long uid,
      @Nullable Long gid) {
    Node {
      path = Objects.requireNonNullElse(path, "");
      hostPath = Objects.requireNonNullElse(hostPath, "");
      type = Objects.requireNonNullElse(type, "");
      permissions = Objects.requireNonNullElse(permissions, "");
    }
  }

  /** A number, or octal digits: YAML 1.1 knows {@code 0660} as a number, and 1.2 does not. */
  static final class FileMode extends JsonDeserializer<Integer> {
    private static final int OCTAL = 8;

    @Override
    public Integer deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        return in.getIntValue();
      }
      String text = String.valueOf(in.getText());
      if (!text.matches("0o?[0-7]{1,5}")) {
        throw new IOException("fileMode \"" + text + "\" is no number");
      }
      return Integer.parseInt(text.replace("o", ""), OCTAL);
    }
  }

  /** A path of the machine, with options of mount(8). */
  record Bind(String hostPath, String containerPath, String type, List<String> options) {
    Bind {
      hostPath = Objects.requireNonNullElse(hostPath, "");
      containerPath = Objects.requireNonNullElse(containerPath, "");
      type = Objects.requireNonNullElse(type, "");
      options = orNone(options);
    }
  }

  /**
   * A hook of the OCI runtime specification.
   *
   * @param args from the program's own name on
   * @param timeout in seconds, or null
   */
  record Program(
      String hookName,
      String path,
      List<String> args,
      List<String> env,
      @Nullable Integer timeout) {
    Program {
      hookName = Objects.requireNonNullElse(hookName, "");
      path = Objects.requireNonNullElse(path, "");
      args = orNone(args);
      env = orNone(env);
    }
  }

  private static <T> List<T> orNone(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  private static Map<String, String> orNone(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : Map.copyOf(map);
  }
}
