package io.gantry.cli.pod;

import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.ListPodSandboxResponse;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.PodSandboxStateValue;
import io.gantry.cli.output.Ago;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.ListOptions;
import io.gantry.cli.output.ShortId;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists pods. */
@Command(
    name = "pods",
    description = "List pods, the newest first.",
    footer = {"", "Example:", "  gantry pods --state ready --label app=web"})
public final class PodsCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private ListOptions options = new ListOptions();

  @Option(
      names = {"-s", "--state"},
      paramLabel = "STATE",
      description = "only those that are ready, or notready")
  private @Nullable String state;

  public PodsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request = ListPodSandboxRequest.newBuilder().setFilter(filter()).build();
    var items = session.connection().runtime().listPodSandbox(request).getItemsList();
    show(options.newest(items.stream().filter(this::wanted).toList(), PodSandbox::getCreatedAt));
    return 0;
  }

  private boolean wanted(PodSandbox pod) {
    var metadata = pod.getMetadata();
    return options.wants(pod.getId(), metadata.getName(), metadata.getNamespace());
  }

  private PodSandboxFilter filter() {
    var filter = PodSandboxFilter.newBuilder().putAllLabelSelector(options.labels());
    if (state != null) {
      filter.setState(PodSandboxStateValue.newBuilder().setState(parse(state)));
    }
    return filter.build();
  }

  private static PodSandboxState parse(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "ready" -> PodSandboxState.SANDBOX_READY;
      case "notready" -> PodSandboxState.SANDBOX_NOTREADY;
      default ->
          throw CliException.misused("no state of pods: \"" + word + "\": want ready or notready");
    };
  }

  private void show(List<PodSandbox> pods) {
    if (options.quiet()) {
      pods.forEach(pod -> session.out().println(pod.getId()));
    } else if (options.format() != Format.TABLE) {
      Document.of(ListPodSandboxResponse.newBuilder().addAllItems(pods).build())
          .print(session.out(), options.format());
    } else if (options.verbose()) {
      pods.forEach(this::details);
    } else {
      table(pods);
    }
  }

  private void table(List<PodSandbox> pods) {
    var table =
        new Table(List.of("POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"));
    pods.forEach(pod -> table.row(row(pod)));
    table.print(session.out());
  }

  private List<String> row(PodSandbox pod) {
    var metadata = pod.getMetadata();
    return List.of(
        ShortId.of(pod.getId(), options.whole()),
        created(pod),
        Pods.word(pod.getState()),
        metadata.getName(),
        metadata.getNamespace(),
        String.valueOf(metadata.getAttempt()),
        handler(pod));
  }

  private void details(PodSandbox pod) {
    var metadata = pod.getMetadata();
    new Details(session.out())
        .line("ID", pod.getId())
        .line("Name", metadata.getName())
        .line("UID", metadata.getUid())
        .line("Namespace", metadata.getNamespace())
        .line("Attempt", metadata.getAttempt())
        .line("Status", Pods.word(pod.getState()))
        .line("Created", created(pod))
        .map("Labels", pod.getLabelsMap())
        .map("Annotations", pod.getAnnotationsMap())
        .line("Runtime", handler(pod))
        .end();
  }

  private String created(PodSandbox pod) {
    return Ago.since(pod.getCreatedAt(), session.console().clock().instant());
  }

  private static String handler(PodSandbox pod) {
    return pod.getRuntimeHandler().isEmpty() ? "(default)" : pod.getRuntimeHandler();
  }
}
