package io.gantry.cli.container;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ListContainersResponse;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxMetadata;
import io.gantry.cli.output.Ago;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.ListOptions;
import io.gantry.cli.output.ShortId;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.Session;
import java.util.List;
import java.util.Map;

/** Containers as a list on the terminal. */
record ContainerList(Session session, ListOptions options, Map<String, PodSandbox> pods) {
  private static final List<String> HEADING =
      List.of(
          "CONTAINER",
          "IMAGE",
          "CREATED",
          "STATE",
          "NAME",
          "ATTEMPT",
          "POD ID",
          "POD",
          "NAMESPACE");

  void show(List<Container> containers) {
    if (options.quiet()) {
      containers.forEach(each -> session.out().println(each.getId()));
    } else if (options.format() != Format.TABLE) {
      Document.of(ListContainersResponse.newBuilder().addAllContainers(containers).build())
          .print(session.out(), options.format());
    } else if (options.verbose()) {
      containers.forEach(this::details);
    } else {
      var table = new Table(HEADING);
      containers.forEach(each -> table.row(row(each)));
      table.print(session.out());
    }
  }

  private List<String> row(Container container) {
    var pod = pod(container);
    return List.of(
        ShortId.of(container.getId(), options.whole()),
        image(container),
        created(container),
        Containers.word(container.getState()),
        container.getMetadata().getName(),
        String.valueOf(container.getMetadata().getAttempt()),
        ShortId.of(container.getPodSandboxId(), options.whole()),
        pod.getName().isEmpty() ? "unknown" : pod.getName(),
        pod.getNamespace().isEmpty() ? "unknown" : pod.getNamespace());
  }

  private void details(Container container) {
    new Details(session.out())
        .line("ID", container.getId())
        .line("PodID", container.getPodSandboxId())
        .line("Name", container.getMetadata().getName())
        .line("Attempt", container.getMetadata().getAttempt())
        .line("State", Containers.word(container.getState()))
        .line("Image", container.getImage().getImage())
        .some("Image Ref", container.getImageRef())
        .line("Created", created(container))
        .map("Labels", container.getLabelsMap())
        .map("Annotations", container.getAnnotationsMap())
        .end();
  }

  /** The name a person gave, where the client that made the container passed it on. */
  private String image(Container container) {
    var image = container.getImage();
    var name =
        image.getUserSpecifiedImage().isEmpty() ? image.getImage() : image.getUserSpecifiedImage();
    return ShortId.ofImage(name, options.whole());
  }

  private PodSandboxMetadata pod(Container container) {
    return pods.getOrDefault(container.getPodSandboxId(), PodSandbox.getDefaultInstance())
        .getMetadata();
  }

  private String created(Container container) {
    return Ago.since(container.getCreatedAt(), session.console().clock().instant());
  }
}
