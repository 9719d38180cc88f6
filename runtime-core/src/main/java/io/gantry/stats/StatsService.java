package io.gantry.stats;

import io.gantry.container.ContainerFilter;
import io.gantry.pod.PodFilter;
import java.util.List;

/**
 * Answers what pods and containers use. All failures are {@link io.gantry.error.GantryException}s.
 * Safe for use by many threads.
 */
public interface StatsService {

  /**
   * The container with that id or unique beginning, else {@link io.gantry.error.NotFoundException}.
   * One that does not run has a writable layer and nothing else.
   */
  ContainerSample container(String id);

  /** Newest first, whether they run or not. */
  List<ContainerSample> containers(ContainerFilter filter);

  /**
   * The pod with that id or unique beginning, else {@link io.gantry.error.NotFoundException};
   * {@link io.gantry.error.WrongStateException} for one that is not ready.
   */
  PodSample pod(String id);

  /** Newest first, only those that are ready. */
  List<PodSample> pods(PodFilter filter);

  /** All that can be known of the pods that are ready and of their running containers. */
  List<PodScrape> scrapes();
}
