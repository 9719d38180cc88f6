package io.gantry.pod;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One pod as it is known: what was asked for, what it holds, where it stands.
 *
 * @param network null with the machine's network, and once stopped
 * @param holder null until a container needs the pod's process namespace
 */
public record Pod(
    PodId id,
    PodSpec spec,
    Instant createdAt,
    @Nullable PodNetworkRecord network,
    @Nullable HolderRecord holder,
    PodState state) {

  public boolean ready() {
    return state instanceof PodState.Ready;
  }

  /** The host name its containers see. */
  public String hostname() {
    return Hostname.of(spec);
  }

  public Pod in(PodState next) {
    return new Pod(id, spec, createdAt, network, holder, next);
  }

  public Pod attachedTo(@Nullable PodNetworkRecord newNetwork) {
    return new Pod(id, spec, createdAt, newNetwork, holder, state);
  }

  Pod sized(PodResources change) {
    return new Pod(id, spec.sized(change), createdAt, network, holder, state);
  }

  public Pod heldBy(@Nullable HolderRecord newHolder) {
    return new Pod(id, spec, createdAt, network, newHolder, state);
  }
}
