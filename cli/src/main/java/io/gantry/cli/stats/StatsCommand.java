package io.gantry.cli.stats;

import io.gantry.api.cri.v1.ContainerStats;
import io.gantry.api.cri.v1.ContainerStatsFilter;
import io.gantry.api.cri.v1.ListContainerStatsRequest;
import io.gantry.api.cri.v1.ListContainerStatsResponse;
import io.gantry.cli.container.Containers;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.Table;
import io.gantry.cli.pod.Pods;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what containers use. */
@Command(
    name = "stats",
    description = "Tell what running containers use; with -a those that do not run, too.",
    footer = {"", "Example:", "  gantry stats -w --pod web"})
public final class StatsCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private StatsOptions options = new StatsOptions();

  @Option(
      names = {"-a", "--all"},
      description = "those that do not run, too")
  private boolean all;

  @Option(
      names = {"-p", "--pod"},
      paramLabel = "POD",
      description = "only those of this pod")
  private @Nullable String pod;

  @Option(names = "--id", paramLabel = "ID", description = "only the one whose id begins so")
  private String id = "";

  @Parameters(paramLabel = "CONTAINER", arity = "0..*", description = "only these, by id or name")
  private List<String> wanted = new ArrayList<>();

  public StatsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean watch = options.watch();
    List<String> ids =
        wanted.stream().map(name -> Containers.find(session.connection(), name).getId()).toList();
    ContainerStatsFilter.Builder filter =
        ContainerStatsFilter.newBuilder().setId(id).putAllLabelSelector(options.labels());
    if (pod != null) {
      filter.setPodSandboxId(Pods.find(session.connection(), pod).getId());
    }
    ListContainerStatsRequest request =
        ListContainerStatsRequest.newBuilder().setFilter(filter).build();
    if (options.format() != Format.TABLE) {
      List<ContainerStats> found = ask(request, ids);
      Document.of(ListContainerStatsResponse.newBuilder().addAllStats(found).build())
          .print(session.out(), options.format());
    } else {
      new Samples<>(session, () -> ask(request, ids), this::table).show(options.window(), watch);
    }
    return 0;
  }

  private List<ContainerStats> ask(ListContainerStatsRequest request, List<String> ids) {
    return session.connection().runtime().listContainerStats(request).getStatsList().stream()
        .filter(each -> ids.isEmpty() || ids.contains(each.getAttributes().getId()))
        .filter(each -> all || !ids.isEmpty() || each.hasCpu())
        .sorted(Comparator.comparing(StatsCommand::name).thenComparing(StatsCommand::id))
        .toList();
  }

  private static String name(ContainerStats stats) {
    return stats.getAttributes().getMetadata().getName();
  }

  private static String id(ContainerStats stats) {
    return stats.getAttributes().getId();
  }

  private Table table(List<ContainerStats> before, List<ContainerStats> after) {
    Map<String, ContainerStats> earlier =
        before.stream().collect(Collectors.toMap(StatsCommand::id, Function.identity()));
    Table table =
        new Table(
            List.of("CONTAINER", "NAME", "CPU %", "MEM", "OF LIMIT", "SWAP", "DISK", "INODES"));
    for (ContainerStats stats : after) {
      ContainerStats old = earlier.get(id(stats));
      var layer = stats.getWritableLayer();
      table.row(
          List.of(
              options.id(id(stats)),
              name(stats),
              Amounts.cpu(old == null ? null : old.getCpu(), stats.getCpu()),
              Amounts.memory(stats.hasMemory(), stats.getMemory()),
              Amounts.limit(stats.getMemory()),
              Amounts.size(stats.hasSwap(), stats.getSwap().getSwapUsageBytes().getValue()),
              Amounts.size(stats.hasWritableLayer(), layer.getUsedBytes().getValue()),
              Amounts.count(stats.hasWritableLayer(), layer.getInodesUsed().getValue())));
    }
    return table;
  }
}
