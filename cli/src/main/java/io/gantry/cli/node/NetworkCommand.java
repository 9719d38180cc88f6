package io.gantry.cli.node;

import io.gantry.api.gantry.v1.CheckPodNetworkRequest;
import io.gantry.api.gantry.v1.ListNetworksRequest;
import io.gantry.api.gantry.v1.ListNetworksResponse;
import io.gantry.api.gantry.v1.Network;
import io.gantry.api.gantry.v1.Overlay;
import io.gantry.api.gantry.v1.OverlayNode;
import io.gantry.api.gantry.v1.PodAddress;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.ShortId;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the networks of pods. */
@Command(
    name = "network",
    description = "Show the networks of pods, who has which address, and whether all is in place.",
    footer = {
      "",
      "Example:",
      "  gantry network ls",
      "  gantry network inspect gantry",
      "  gantry network check 3f2a"
    })
public final class NetworkCommand implements Callable<Integer> {

  /** What there is to do. */
  enum Action {
    LS,
    INSPECT,
    CHECK
  }

  private final Session session;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, json or yaml")
  private Format format = Format.TABLE;

  @Parameters(
      index = "0",
      paramLabel = "ACTION",
      description = "ls: all networks; inspect: one and its pods; check: a pod, against the kernel")
  private Action action = Action.LS;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "of a network for inspect; id of a pod for check")
  private String name = "";

  public NetworkCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (action != Action.LS && name.isEmpty()) {
      throw CliException.misused(
          action.name().toLowerCase(Locale.ROOT)
              + " wants "
              + (action == Action.INSPECT ? "a network's name" : "a pod's id"));
    }
    switch (action) {
      case LS -> list();
      case INSPECT -> inspect();
      case CHECK -> check();
    }
    return 0;
  }

  private ListNetworksResponse networks() {
    return session.connection().networks().listNetworks(ListNetworksRequest.getDefaultInstance());
  }

  private void list() {
    var answer = networks();
    if (format != Format.TABLE) {
      Document.of(answer).print(session.out(), format);
      return;
    }
    var table = new Table(List.of("NAME", "PLUGINS", "ADDRESSES", "PODS", "SOURCE", "STATUS"));
    answer.getNetworksList().forEach(network -> table.row(row(network)));
    table.print(session.out());
    if (answer.hasOverlay()) {
      session.out().println();
      print(answer.getOverlay());
    }
  }

  private void print(Overlay overlay) {
    var table = new Table(List.of("NODE", "BLOCKS", "ADDRESS", "SEEN"));
    overlay.getNodesList().forEach(node -> table.row(row(node)));
    table.print(session.out());
    overlay.getLeftOutList().forEach(session.out()::println);
    if (!overlay.getProblem().isEmpty()) {
      session.out().println("overlay: " + overlay.getProblem());
    }
  }

  private static List<String> row(OverlayNode node) {
    int seconds = node.getSeenWithinSeconds();
    return List.of(
        node.getName(),
        String.join(",", node.getBlocksList()),
        node.getAddress(),
        node.getSelf() ? "this node" : seconds == 0 ? "-" : "within " + seconds + " s");
  }

  private static List<String> row(Network network) {
    return List.of(
        network.getName().isEmpty() ? "-" : network.getName(),
        network.getPluginsCount() == 0 ? "-" : String.join(",", network.getPluginsList()),
        network.getRangesCount() == 0 ? "-" : String.join(",", network.getRangesList()),
        String.valueOf(network.getPodsCount()),
        network.getSource(),
        status(network));
  }

  private static String status(Network network) {
    if (!network.getProblem().isEmpty()) {
      return network.getProblem();
    }
    return network.getChosen() ? "ready, new pods get it" : "ready";
  }

  private void inspect() {
    var network =
        networks().getNetworksList().stream()
            .filter(one -> one.getName().equals(name))
            .findFirst()
            .orElseThrow(() ->
                CliException.failed("there is no network \"" + name + "\": see gantry network ls"));
    if (format != Format.TABLE) {
      Document.of(network).print(session.out(), format);
      return;
    }
    var out = session.out();
    out.println("Name:       " + network.getName());
    out.println("Source:     " + network.getSource());
    out.println("Version:    " + network.getCniVersion());
    out.println("Plugins:    " + String.join(", ", network.getPluginsList()));
    out.println("Addresses:  " + String.join(", ", network.getRangesList()));
    out.println("Status:     " + status(network));
    if (network.getPodsCount() > 0) {
      out.println();
      var table = new Table(List.of("POD", "NAME", "NAMESPACE", "ADDRESS"));
      network.getPodsList().forEach(pod -> table.row(row(pod)));
      table.print(out);
    }
  }

  private static List<String> row(PodAddress pod) {
    return List.of(
        ShortId.of(pod.getPodId(), false),
        pod.getPodName(),
        pod.getPodNamespace(),
        String.join(",", pod.getIpsList()));
  }

  private void check() {
    var request = CheckPodNetworkRequest.newBuilder().setPodId(name).build();
    var _ = session.connection().networks().checkPodNetwork(request);
    session.out().println("the network of pod " + name + " is as it was made");
  }
}
