package io.gantry.conformance.bench;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Measures a private gantryd, or with {@code --endpoint} any CRI runtime that has the image. */
public final class Bench {

  private static final double MOST_POD_AND_CONTAINER = 25;
  private static final double MOST_EXEC = 5;

  private static final String USAGE =
      """
      usage: Bench [--quick] [--json FILE] [--endpoint unix:///SOCKET --image NAME]
      """;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private boolean quick;
  private String endpoint = "";
  private String image = "";
  private Path json = Path.of("bench.json");

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    Bench bench = new Bench();
    if (!bench.take(List.of(arguments))) {
      bench.out.print(USAGE);
      System.exit(2);
    }
    bench.run();
  }

  private boolean take(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      boolean more = i + 1 < arguments.size();
      switch (arguments.get(i)) {
        case "--quick" -> quick = true;
        case "--json" -> json = Path.of(more ? arguments.get(++i) : "");
        case "--endpoint" -> endpoint = more ? arguments.get(++i) : "";
        case "--image" -> image = more ? arguments.get(++i) : "";
        default -> {
          return false;
        }
      }
    }
    return endpoint.isEmpty() == image.isEmpty();
  }

  private void run() throws Exception {
    if (!endpoint.isEmpty()) {
      try (CriClient client = CriClient.of(endpoint)) {
        Cycle cycle = new Cycle(client, image);
        report(client, measure(cycle, new Crowding(cycle, OptionalLong.empty()), _ -> {}));
      }
      return;
    }
    Path directory = Files.createTempDirectory("gantry-bench");
    try (PrivateNode node = PrivateNode.start(Distribution.found(), directory)) {
      Cycle cycle = new Cycle(node.client(), TestImage.importInto(node));
      Crowding crowding = new Crowding(cycle, OptionalLong.of(node.pid()));
      report(node.client(), measure(cycle, crowding, these -> these.add(returnOf(node))));
    }
  }

  private List<Figure> measure(Cycle cycle, Crowding crowding, Crowding.Meanwhile meanwhile)
      throws Exception {
    int warmUp = quick ? 20 : 60;
    int cycles = quick ? 40 : 200;
    var _ = cycle.run(2, warmUp);
    List<Figure> figures = new ArrayList<>();
    for (int clients : new int[] {1, 4}) {
      for (Figure figure : cycle.run(clients, cycles).figures(clients)) {
        figures.add(clients == 1 ? promised(figure) : figure);
      }
    }
    figures.addAll(crowding.run(meanwhile));
    return figures;
  }

  private static Figure promised(Figure figure) {
    if (figure.name().startsWith("pod + container")) {
      return figure.within(MOST_POD_AND_CONTAINER);
    }
    return figure.name().startsWith("ExecSync") ? figure.within(MOST_EXEC) : figure;
  }

  /** From the daemon's violent death until a client sees all containers running again. */
  private static Figure returnOf(PrivateNode node) throws Exception {
    node.kill();
    long start = System.nanoTime();
    node.startAgain();
    while (running(node) < Crowding.PODS) {
      if (System.nanoTime() - start > 60e9) {
        throw new IllegalStateException("after a minute only " + running(node) + " are running");
      }
      Thread.sleep(1);
    }
    return Figure.once(
        "kill -9 of the daemon until 50 are listed", "ms", (System.nanoTime() - start) / 1e6);
  }

  private static long running(PrivateNode node) {
    return node
        .client()
        .runtime()
        .listContainers(ListContainersRequest.getDefaultInstance())
        .getContainersList()
        .stream()
        .map(Container::getState)
        .filter(state -> state == ContainerState.CONTAINER_RUNNING)
        .count();
  }

  private void report(CriClient client, List<Figure> figures) throws Exception {
    VersionResponse version = client.runtime().version(VersionRequest.getDefaultInstance());
    String name = version.getRuntimeName() + " " + version.getRuntimeVersion();
    Report report = new Report(name, Report.thisMachine(), figures);
    out.print(report.table());
    Files.writeString(json, report.json());
  }
}
