package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.Container;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.SynchronizeRequest;
import io.gantry.api.nri.v1alpha1.SynchronizeResponse;
import io.gantry.nri.wire.CallException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tells a plugin what there is, in as many parts as it takes. */
final class Synchronization {

  /** Of one part; what goes around it fits beside that into a message. */
  static final int LARGEST_PART = 3 << 20;

  private final Plugin plugin;
  private final long end;

  /**
   * @param limit for all parts together
   */
  Synchronization(Plugin plugin, Duration limit) {
    this.plugin = plugin;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /** What the plugin wants changed. */
  List<ContainerUpdate> run(List<PodSandbox> pods, List<Container> containers)
      throws CallException, IOException {
    List<SynchronizeRequest> parts = parts(pods, containers);
    for (SynchronizeRequest part : parts.subList(0, parts.size() - 1)) {
      SynchronizeResponse answer = send(part);
      if (!answer.getMore() || answer.getUpdateCount() > 0) {
        throw new IOException("it cannot take what there is in several parts");
      }
    }
    return send(parts.getLast()).getUpdateList();
  }

  private SynchronizeResponse send(SynchronizeRequest part) throws CallException, IOException {
    try {
      Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
      return plugin.ask("Synchronize", part, SynchronizeResponse.parser(), left);
    } catch (CallException e) {
      if (e.code() == CallException.UNIMPLEMENTED) {
        return SynchronizeResponse.newBuilder().setMore(part.getMore()).build();
      }
      throw e;
    }
  }

  /** At least one; all but the last say that more follows. */
  static List<SynchronizeRequest> parts(List<PodSandbox> pods, List<Container> containers) {
    List<SynchronizeRequest> parts = new ArrayList<>();
    SynchronizeRequest.Builder part = SynchronizeRequest.newBuilder();
    int size = 0;
    for (PodSandbox pod : pods) {
      size += pod.getSerializedSize();
      if (size > LARGEST_PART) {
        parts.add(part.setMore(true).build());
        part.clear();
        size = pod.getSerializedSize();
      }
      part.addPods(pod);
    }
    for (Container container : containers) {
      size += container.getSerializedSize();
      if (size > LARGEST_PART) {
        parts.add(part.setMore(true).build());
        part.clear();
        size = container.getSerializedSize();
      }
      part.addContainers(container);
    }
    parts.add(part.build());
    return parts;
  }
}
