package io.gantry.cli.container;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStateValue;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.cli.output.ListOptions;
import io.gantry.cli.pod.Pods;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists containers. */
@Command(
    name = "ps",
    description = "List running containers, the newest first; with -a all of them.",
    footer = {"", "Example:", "  gantry ps -a --pod 3f2a --state exited"})
public final class PsCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private ListOptions options = new ListOptions();

  @Option(
      names = {"-a", "--all"},
      description = "those that do not run, too")
  private boolean all;

  @Option(
      names = {"-s", "--state"},
      paramLabel = "STATE",
      description = "only those that are created, running, exited or unknown")
  private @Nullable String state;

  @Option(
      names = {"-p", "--pod"},
      paramLabel = "POD",
      description = "only those of this pod")
  private @Nullable String pod;

  @Option(names = "--image", paramLabel = "IMAGE", description = "only those of this image")
  private @Nullable String image;

  public PsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request = ListContainersRequest.newBuilder().setFilter(filter()).build();
    var answer = session.connection().runtime().listContainers(request);
    var pods = pods();
    var imageId = image == null ? null : imageId(image);
    var wanted =
        answer.getContainersList().stream()
            .filter(each -> imageId == null || isOf(imageId, each))
            .filter(each -> wants(each, pods))
            .toList();
    new ContainerList(session, options, pods).show(options.newest(wanted, Container::getCreatedAt));
    return 0;
  }

  private Map<String, PodSandbox> pods() {
    return Pods.all(session.connection()).stream()
        .collect(Collectors.toMap(PodSandbox::getId, Function.identity()));
  }

  private boolean wants(Container container, Map<String, PodSandbox> pods) {
    var owner = pods.getOrDefault(container.getPodSandboxId(), PodSandbox.getDefaultInstance());
    return options.wants(
        container.getId(), container.getMetadata().getName(), owner.getMetadata().getNamespace());
  }

  private ContainerFilter filter() {
    var filter = ContainerFilter.newBuilder().putAllLabelSelector(options.labels());
    if (state != null) {
      filter.setState(value(parse(state)));
    } else if (!all && !options.newestOnly()) {
      filter.setState(value(ContainerState.CONTAINER_RUNNING));
    }
    if (pod != null) {
      filter.setPodSandboxId(Pods.find(session.connection(), pod).getId());
    }
    return filter.build();
  }

  private static ContainerStateValue value(ContainerState state) {
    return ContainerStateValue.newBuilder().setState(state).build();
  }

  private static ContainerState parse(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "created" -> ContainerState.CONTAINER_CREATED;
      case "running" -> ContainerState.CONTAINER_RUNNING;
      case "exited" -> ContainerState.CONTAINER_EXITED;
      case "unknown" -> ContainerState.CONTAINER_UNKNOWN;
      default ->
          throw CliException.misused(
              "no state of containers: \"" + word + "\": want created, running, exited or unknown");
    };
  }

  /** The id behind an image name; the name itself when no such image is there. */
  private String imageId(String name) {
    var request =
        ImageStatusRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(name)).build();
    var found = session.connection().images().imageStatus(request);
    return found.hasImage() ? found.getImage().getId() : name;
  }

  private static boolean isOf(String imageId, Container container) {
    return imageId.equals(container.getImageId())
        || imageId.equals(container.getImageRef())
        || imageId.equals(container.getImage().getImage());
  }
}
