package io.gantry.cli.stats;

import io.gantry.api.cri.v1.LinuxPodSandboxStats;
import io.gantry.api.cri.v1.ListPodSandboxStatsRequest;
import io.gantry.api.cri.v1.ListPodSandboxStatsResponse;
import io.gantry.api.cri.v1.NetworkInterfaceUsage;
import io.gantry.api.cri.v1.PodSandboxStats;
import io.gantry.api.cri.v1.PodSandboxStatsFilter;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what pods use. */
@Command(
    name = "statsp",
    description = "Tell what pods use that are ready.",
    footer = {"", "Example:", "  gantry statsp -w"})
public final class StatspCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private StatsOptions options = new StatsOptions();

  @Option(names = "--id", paramLabel = "ID", description = "only the one whose id begins so")
  private String id = "";

  @Parameters(paramLabel = "POD", arity = "0..*", description = "only these, by id or name")
  private List<String> wanted = new ArrayList<>();

  public StatspCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean watch = options.watch();
    List<String> ids =
        wanted.stream().map(name -> Pods.find(session.connection(), name).getId()).toList();
    ListPodSandboxStatsRequest request =
        ListPodSandboxStatsRequest.newBuilder()
            .setFilter(
                PodSandboxStatsFilter.newBuilder().setId(id).putAllLabelSelector(options.labels()))
            .build();
    if (options.format() != Format.TABLE) {
      List<PodSandboxStats> found = ask(request, ids);
      Document.of(ListPodSandboxStatsResponse.newBuilder().addAllStats(found).build())
          .print(session.out(), options.format());
    } else {
      new Samples<>(session, () -> ask(request, ids), this::table).show(options.window(), watch);
    }
    return 0;
  }

  private List<PodSandboxStats> ask(ListPodSandboxStatsRequest request, List<String> ids) {
    return session.connection().runtime().listPodSandboxStats(request).getStatsList().stream()
        .filter(each -> ids.isEmpty() || ids.contains(id(each)))
        .sorted(
            Comparator.comparing((PodSandboxStats each) -> name(each))
                .thenComparing(StatspCommand::id))
        .toList();
  }

  private static String name(PodSandboxStats stats) {
    return stats.getAttributes().getMetadata().getName();
  }

  private static String id(PodSandboxStats stats) {
    return stats.getAttributes().getId();
  }

  private Table table(List<PodSandboxStats> before, List<PodSandboxStats> after) {
    Map<String, PodSandboxStats> earlier =
        before.stream().collect(Collectors.toMap(StatspCommand::id, Function.identity()));
    Table table =
        new Table(
            List.of(
                "POD ID",
                "NAME",
                "NAMESPACE",
                "CPU %",
                "MEM",
                "OF LIMIT",
                "PROCESSES",
                "RECEIVED",
                "SENT"));
    for (PodSandboxStats stats : after) {
      PodSandboxStats old = earlier.get(id(stats));
      LinuxPodSandboxStats linux = stats.getLinux();
      boolean network = linux.getNetwork().hasDefaultInterface();
      NetworkInterfaceUsage link = linux.getNetwork().getDefaultInterface();
      table.row(
          List.of(
              options.id(id(stats)),
              name(stats),
              stats.getAttributes().getMetadata().getNamespace(),
              Amounts.cpu(old == null ? null : old.getLinux().getCpu(), linux.getCpu()),
              Amounts.memory(linux.hasMemory(), linux.getMemory()),
              Amounts.limit(linux.getMemory()),
              Amounts.count(linux.hasProcess(), linux.getProcess().getProcessCount().getValue()),
              Amounts.size(network, link.getRxBytes().getValue()),
              Amounts.size(network, link.getTxBytes().getValue())));
    }
    return table;
  }
}
