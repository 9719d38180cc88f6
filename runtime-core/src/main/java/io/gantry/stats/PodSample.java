package io.gantry.stats;

import io.gantry.linux.netlink.LinkCounters;
import io.gantry.metrics.sample.GroupSamples;
import io.gantry.pod.Pod;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pod uses.
 *
 * @param usage of the group that its orchestrator made for it, else of its running containers
 *     together
 * @param network null where it uses the machine's
 * @param processes how many there are in its containers
 */
public record PodSample(
    Pod pod,
    GroupSamples.Sample usage,
    @Nullable Network network,
    long processes,
    List<ContainerSample> containers) {

  /**
   * The traffic of a pod.
   *
   * @param at when it was read
   * @param links all but loopback
   */
  public record Network(Instant at, List<LinkCounters> links) {

    public Network {
      links = List.copyOf(links);
    }
  }

  public PodSample {
    containers = List.copyOf(containers);
  }
}
