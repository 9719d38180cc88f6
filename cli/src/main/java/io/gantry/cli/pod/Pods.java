package io.gantry.cli.pod;

import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.cli.session.Connection;
import io.gantry.cli.session.UniqueMatch;
import java.util.List;

/** The pods there are. */
public final class Pods {
  private static final UniqueMatch<PodSandbox> MATCH =
      new UniqueMatch<>(
          "pod", "gantry pods", PodSandbox::getId, pod -> pod.getMetadata().getName());

  private Pods() {}

  public static List<PodSandbox> all(Connection connection) {
    return connection
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList();
  }

  /**
   * The pod with this id, with an id that begins so, or with this name.
   *
   * @throws io.gantry.cli.session.CliException if there is no such pod, or more than one
   */
  public static PodSandbox find(Connection connection, String wanted) {
    return MATCH.in(all(connection), wanted);
  }

  /** The state in the word that tables use. */
  public static String word(PodSandboxState state) {
    return switch (state) {
      case SANDBOX_READY -> "Ready";
      case SANDBOX_NOTREADY -> "NotReady";
      case UNRECOGNIZED -> "Unknown";
    };
  }
}
