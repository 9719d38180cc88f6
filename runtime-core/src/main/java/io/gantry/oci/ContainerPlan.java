package io.gantry.oci;

import io.gantry.linux.Fd;
import io.gantry.shim.Plan;
import java.util.List;

/**
 * How a container is started, with the descriptors the plan refers to. Close it once the shim is
 * spawned, or when it will not be.
 */
public final class ContainerPlan implements AutoCloseable {

  private final Plan plan;
  private final DeviceRules deviceRules;
  private final List<Fd> owned;

  ContainerPlan(Plan plan, DeviceRules deviceRules, List<Fd> owned) {
    this.plan = plan;
    this.deviceRules = deviceRules;
    this.owned = List.copyOf(owned);
  }

  public Plan plan() {
    return plan;
  }

  /** To be put on the container's control group before the spawn. */
  public DeviceRules deviceRules() {
    return deviceRules;
  }

  @Override
  public void close() {
    owned.forEach(Fd::close);
  }

  @Override
  public String toString() {
    return plan.toString();
  }
}
