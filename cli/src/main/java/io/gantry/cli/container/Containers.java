package io.gantry.cli.container;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.cli.session.Connection;
import io.gantry.cli.session.UniqueMatch;
import java.util.List;

/** The containers there are. */
public final class Containers {
  private static final UniqueMatch<Container> MATCH =
      new UniqueMatch<>(
          "container",
          "gantry ps -a",
          Container::getId,
          container -> container.getMetadata().getName());

  private Containers() {}

  public static List<Container> all(Connection connection) {
    return connection
        .runtime()
        .listContainers(ListContainersRequest.getDefaultInstance())
        .getContainersList();
  }

  /**
   * The container with this id, with an id that begins so, or with this name.
   *
   * @throws io.gantry.cli.session.CliException if there is no such container, or more than one
   */
  public static Container find(Connection connection, String wanted) {
    return MATCH.in(all(connection), wanted);
  }

  /** The present status of a container known by its whole id. */
  public static ContainerStatus status(Connection connection, String id) {
    var request = ContainerStatusRequest.newBuilder().setContainerId(id).build();
    return connection.runtime().containerStatus(request).getStatus();
  }

  /** The state in the word that tables use. */
  public static String word(ContainerState state) {
    return switch (state) {
      case CONTAINER_CREATED -> "Created";
      case CONTAINER_RUNNING -> "Running";
      case CONTAINER_EXITED -> "Exited";
      case CONTAINER_UNKNOWN, UNRECOGNIZED -> "Unknown";
    };
  }
}
