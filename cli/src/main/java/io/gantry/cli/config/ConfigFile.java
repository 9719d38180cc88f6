package io.gantry.cli.config;

import com.google.gson.Gson;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.cli.session.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A file that describes a pod or a container, as crictl takes it: YAML or JSON, with the field
 * names of the interface in either spelling (log_path or logPath). Unknown fields are refused.
 */
public record ConfigFile(Path path) {
  public static ConfigFile of(String path) {
    return new ConfigFile(Path.of(path));
  }

  /**
   * The pod that the file describes. A missing uid is made up, so that the same file can be used
   * twice.
   *
   * @throws CliException if the file cannot be read, or lacks a name or namespace
   */
  public PodSandboxConfig pod() {
    var pod = PodSandboxConfig.newBuilder();
    merge(pod);
    require(pod.hasMetadata(), "metadata");
    require(!pod.getMetadata().getName().isEmpty(), "metadata.name");
    require(!pod.getMetadata().getNamespace().isEmpty(), "metadata.namespace");
    if (pod.getMetadata().getUid().isEmpty()) {
      pod.getMetadataBuilder().setUid(UUID.randomUUID().toString());
    }
    return pod.build();
  }

  /**
   * The container that the file describes.
   *
   * @throws CliException if the file cannot be read, or lacks a name or image
   */
  public ContainerConfig container() {
    var container = ContainerConfig.newBuilder();
    merge(container);
    require(!container.getMetadata().getName().isEmpty(), "metadata.name");
    require(!container.getImage().getImage().isEmpty(), "image.image");
    return container.build();
  }

  private void require(boolean there, String field) {
    if (!there) {
      throw CliException.failed(path + ": " + field + " is not set");
    }
  }

  private void merge(Message.Builder builder) {
    if (!(parsed() instanceof Map<?, ?> map)) {
      throw CliException.failed(path + ": want an object with fields, as in \"metadata: …\"");
    }
    encodeEnvironment(map);
    try {
      JsonFormat.parser().merge(new Gson().toJson(map), builder);
    } catch (InvalidProtocolBufferException e) {
      throw CliException.failed(path + ": " + e.getMessage());
    }
  }

  private @Nullable Object parsed() {
    var settings = LoadSettings.builder().setLabel(path.toString()).build();
    try {
      return new Load(settings).loadFromString(Files.readString(path));
    } catch (NoSuchFileException e) {
      throw CliException.failed("no such file: " + path);
    } catch (IOException e) {
      throw CliException.failed("cannot read " + path + ": " + e.getMessage());
    } catch (MarkedYamlEngineException e) {
      throw CliException.failed(path + place(e) + ": " + e.getProblem());
    } catch (YamlEngineException e) {
      throw CliException.failed(path + ": " + e.getMessage());
    }
  }

  private static String place(MarkedYamlEngineException e) {
    return e.getProblemMark()
        .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
        .orElse("");
  }

  /** Values of variables are bytes on the wire but plain text in these files. */
  private static void encodeEnvironment(Map<?, ?> config) {
    if (config.get("envs") instanceof Iterable<?> envs) {
      for (var env : envs) {
        if (env instanceof Map<?, ?> variable) {
          encodeValue(variable);
        }
      }
    }
  }

  @SuppressWarnings(
      "unchecked") // The parser makes maps of objects, and this one is replaced in place.
  private static void encodeValue(Map<?, ?> variable) {
    ((Map<Object, Object>) variable)
        .computeIfPresent(
            "value",
            (name, value) ->
                Base64.getEncoder()
                    .encodeToString(value.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
