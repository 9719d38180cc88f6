package io.gantry.container;

import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.PodId;
import java.time.Instant;

/**
 * One container as it is known.
 *
 * @param image what it was made of
 */
public record Container(
    ContainerId id,
    PodId pod,
    ContainerSpec spec,
    ImageUse image,
    Instant createdAt,
    ContainerState state) {

  public Container in(ContainerState next) {
    return new Container(id, pod, spec, image, createdAt, next);
  }

  public Container limitedTo(CgroupLimits limits) {
    return new Container(id, pod, spec.limitedTo(limits), image, createdAt, state);
  }

  /** The same with a request that plugins have changed. */
  public Container of(ContainerSpec changed) {
    return new Container(id, pod, changed, image, createdAt, state);
  }

  /** The signal that asks it to end: its own, else the image's, else TERM. */
  public String stopSignal() {
    if (!spec.stopSignal().isEmpty()) {
      return spec.stopSignal();
    }
    return image.stopSignal().isEmpty() ? "SIGTERM" : image.stopSignal();
  }
}
