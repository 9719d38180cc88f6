package io.gantry.container;

import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.Pod;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a container needs from image store and kernel. The steps bear being repeated; each
 * takes back what it half made when it fails.
 */
public interface ContainerLauncher {

  /**
   * Adds to a request what others say it needs: the contents of CDI devices. Called once, when the
   * container is made.
   */
  ContainerSpec edited(ContainerSpec spec);

  /**
   * Adds what some CDI devices bring.
   *
   * @param devices their names
   */
  ContainerSpec withDevices(ContainerSpec spec, Set<String> devices);

  /** What the container executes, or is going to when it is made as it is. */
  Program program(Container container);

  /**
   * A command with its environment.
   *
   * @param environment {@code NAME=value}
   */
  record Program(List<String> arguments, List<String> environment) {}

  /**
   * Finds the image, in memory; {@link io.gantry.error.NotFoundException} when it is not on this
   * node.
   */
  ImageUse image(String reference);

  /**
   * Checks limits against what the machine has.
   *
   * @throws io.gantry.error.InvalidException naming the one that the kernel would refuse
   */
  void check(CgroupLimits limits);

  /** Holds the image, makes the writable layer and checks what can be checked before the start. */
  void prepare(Container container, Pod pod) throws IOException;

  /**
   * Spawns the container's supervisor.
   *
   * @throws StartException when a step failed; nothing of the process is left then
   */
  ContainerProcess launch(Container container, Pod pod) throws IOException;

  /** After a restart: the supervisor that an earlier daemon spawned, or its record, or nothing. */
  Optional<ContainerProcess> adopt(Container container) throws IOException;

  /**
   * Removes what a container leaves when its process is over: control group, mounts, run directory.
   */
  void clear(Container container) throws IOException;

  /** {@link #clear}, then the writable layer and the hold on the image. */
  void discard(Container container) throws IOException;

  /**
   * After a restart: removes what lies here and belongs to no known container.
   *
   * @return what was removed, in words for the log
   */
  Set<String> sweep(Set<ContainerId> known) throws IOException;
}
