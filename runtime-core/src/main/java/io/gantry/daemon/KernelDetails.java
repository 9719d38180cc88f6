package io.gantry.daemon;

import com.fasterxml.jackson.core.type.TypeReference;
import io.gantry.container.Container;
import io.gantry.container.ContainerState;
import io.gantry.launch.KernelLauncher;
import io.gantry.oci.ProcessUser;
import io.gantry.pod.HolderRecord;
import io.gantry.pod.Pod;
import io.gantry.rpc.ObjectDetails;
import io.gantry.state.Json;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What verbose status shows of pods and containers beyond their records. */
final class KernelDetails implements ObjectDetails {

  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  private final Table<Pod> pods;
  private final KernelLauncher launcher;

  KernelDetails(Table<Pod> pods, KernelLauncher launcher) {
    this.pods = pods;
    this.launcher = launcher;
  }

  /** The holder's pid, where the pod has one; a pod as such has no process. */
  @Override
  public Map<String, Object> of(Pod pod) {
    Map<String, Object> details = new LinkedHashMap<>();
    HolderRecord holder = pod.holder();
    if (holder != null) {
      details.put("pid", holder.pid());
    }
    launcher
        .namespaces(pod)
        .forEach((kind, path) ->
            details.put(kind.name().toLowerCase(Locale.ROOT) + "ns", path.toString()));
    if (pod.network() != null) {
      details.put("network", pod.network());
    }
    return details;
  }

  @Override
  public Map<String, Object> of(Container container) {
    Map<String, Object> details = new LinkedHashMap<>();
    if (container.state() instanceof ContainerState.Running running) {
      details.put("pid", running.pid());
    }
    Optional<Pod> pod = pods.get(container.pod().value());
    try {
      if (pod.isPresent()) {
        details.put(
            "runtimeSpec",
            Json.MAPPER.convertValue(launcher.runtimeSpec(container, pod.get()), MAP));
      }
    } catch (IOException e) {
      details.put("runtimeSpecError", e.toString());
    }
    return details;
  }

  @Override
  public Optional<Identity> identity(Container container) {
    try {
      ProcessUser user = launcher.user(container);
      return Optional.of(new Identity(user.uid(), user.gid(), user.groups()));
    } catch (IOException e) {
      // Being created, or its record is going: there is nobody to name.
      return Optional.empty();
    }
  }
}
