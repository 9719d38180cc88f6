package io.gantry.rpc;

import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.error.WrongStateException;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFilter;
import io.gantry.pod.PodId;
import io.gantry.pod.PodNetworkRecord;
import io.gantry.pod.PodResources;
import io.gantry.pod.PodService;
import io.gantry.pod.PodSpec;
import io.gantry.pod.PodState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Pods that exist in memory only. */
final class FakePods implements PodService {

  static final Instant MADE = Instant.ofEpochSecond(1_700_000_000L, 123_456_789);

  final Map<PodId, PodResources> sizes = new ConcurrentHashMap<>();
  final Map<String, Pod> pods = new ConcurrentHashMap<>();

  @Override
  public PodId run(PodSpec spec) {
    PodId id = PodId.random();
    PodNetworkRecord network =
        new PodNetworkRecord(List.of("10.88.0.5", "fd00::5"), "veth1", List.of());
    pods.put(id.value(), new Pod(id, spec, MADE, network, null, new PodState.Ready()));
    return id;
  }

  @Override
  public void stop(String id) {
    pods.computeIfPresent(id, (key, pod) -> pod.attachedTo(null).in(new PodState.Stopped()));
  }

  @Override
  public void remove(String id) {
    pods.remove(id);
  }

  @Override
  public void checkNetwork(String id) {
    if (pod(id).network() == null) {
      throw new WrongStateException(new Subject("pod", id), "no network", "start it");
    }
  }

  @Override
  public Pod pod(String id) {
    return pods.values().stream()
        .filter(pod -> pod.id().value().startsWith(id))
        .findFirst()
        .orElseThrow(
            () -> new NotFoundException(new Subject("pod", id), "no pod " + id, "list the pods"));
  }

  @Override
  public void resize(String id, PodResources change) {
    sizes.put(pod(id).id(), change);
  }

  @Override
  public List<Pod> list(PodFilter filter) {
    return pods.values().stream().filter(filter::accepts).toList();
  }
}
