package io.gantry.rpc;

import io.gantry.api.cri.v1.CDIDevice;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.container.ContainerFilter;
import io.gantry.container.ContainerMetadata;
import io.gantry.container.ContainerSpec;
import io.gantry.container.PublicState;
import io.gantry.pod.Pod;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** CRI requests about containers to their domain forms; what comes in is checked here. */
final class ContainerMessages {

  private ContainerMessages() {}

  /**
   * @param pod the one the container is to live in: it knows the log directory and the namespaces
   */
  static ContainerSpec spec(ContainerConfig config, Pod pod) {
    Field field = Field.of("config");
    Field linux = field.in("linux");
    return new ContainerSpec(
        metadata(config, field),
        field.in("image.image").required(config.getImage().getImage()),
        words(config.getCommandList(), field.in("command")),
        words(config.getArgsList(), field.in("args")),
        field.in("working_dir").absoluteOrEmpty(config.getWorkingDir()),
        environment(config.getEnvsList(), field.in("envs")),
        MountMessages.mounts(
            config.getMountsList(), pod.spec().namespaces().users(), field.in("mounts")),
        MountMessages.devices(config.getDevicesList(), field.in("devices")),
        cdiDevices(config.getCDIDevicesList(), field.in("CDI_devices")),
        new TreeMap<>(config.getLabelsMap()),
        new TreeMap<>(config.getAnnotationsMap()),
        LogPaths.join(pod.spec().logDirectory(), config.getLogPath(), field.in("log_path")),
        config.getStdin(),
        config.getStdinOnce(),
        config.getTty(),
        SignalNames.name(config.getStopSignal(), field.in("stop_signal")),
        ResourceMessages.spec(config.getLinux().getResources(), linux.in("resources")),
        SecurityMessages.spec(
            config.getLinux().getSecurityContext(),
            pod.spec().namespaces(),
            linux.in("security_context")),
        ImageMessages.note(config.getImage(), field.in("image")),
        List.of());
  }

  private static ContainerMetadata metadata(ContainerConfig config, Field parent) {
    Field field = parent.in("metadata");
    field.presentIf(config.hasMetadata());
    return new ContainerMetadata(
        field.in("name").required(config.getMetadata().getName()),
        (int) field.in("attempt").notNegative(config.getMetadata().getAttempt()));
  }

  private static List<String> cdiDevices(List<CDIDevice> devices, Field field) {
    List<String> names = new ArrayList<>(devices.size());
    for (int i = 0; i < devices.size(); i++) {
      names.add(field.item(i).in("name").required(devices.get(i).getName()));
    }
    return names;
  }

  static List<String> words(List<String> words, Field field) {
    for (int i = 0; i < words.size(); i++) {
      field.item(i).text(words.get(i));
    }
    return words;
  }

  private static List<String> environment(List<KeyValue> variables, Field field) {
    List<String> environment = new ArrayList<>(variables.size());
    for (int i = 0; i < variables.size(); i++) {
      environment.add(variable(variables.get(i), field.item(i)));
    }
    return environment;
  }

  private static String variable(KeyValue variable, Field field) {
    String key = field.in("key").required(variable.getKey());
    if (key.indexOf('=') >= 0) {
      throw field.in("key").wrong("is " + key, "a name holds no =");
    }
    return key + "=" + text(variable.getValue().asReadOnlyByteBuffer(), field.in("value"));
  }

  private static String text(ByteBuffer bytes, Field field) {
    try {
      return field.text(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      throw field.wrong("is not UTF-8", "");
    }
  }

  static ContainerFilter filter(io.gantry.api.cri.v1.ContainerFilter filter) {
    Optional<PublicState> state =
        filter.hasState()
            ? Optional.of(publicState(filter.getState().getState()))
            : Optional.empty();
    return new ContainerFilter(
        filter.getId(), filter.getPodSandboxId(), state, filter.getLabelSelectorMap());
  }

  private static PublicState publicState(io.gantry.api.cri.v1.ContainerState state) {
    return switch (state) {
      case CONTAINER_CREATED -> PublicState.CREATED;
      case CONTAINER_RUNNING -> PublicState.RUNNING;
      case CONTAINER_EXITED -> PublicState.EXITED;
      case CONTAINER_UNKNOWN -> PublicState.UNKNOWN;
      case UNRECOGNIZED -> throw Field.of("filter.state.state").wrong("is no state", "");
    };
  }
}
