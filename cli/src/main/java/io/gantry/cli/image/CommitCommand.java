package io.gantry.cli.image;

import io.gantry.api.gantry.v1.CommitContainerProgress;
import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.CommitContainerResponse;
import io.gantry.cli.container.Containers;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an image of a container. */
@Command(
    name = "commit",
    description =
        "Make an image of a container's image and of what the container has changed in its files."
            + " What is in volumes is not among them.",
    footer = {
      "",
      "Example:",
      "  gantry commit --change 'CMD [\"serve\"]' -m 'with the tools' 3f2a registry.example/app:2"
    })
public final class CommitCommand implements Callable<Integer> {
  private static final WatchedCall<CommitContainerProgress, CommitContainerResponse> CALL =
      new WatchedCall<>(
          "commit",
          CommitContainerProgress::getLayersList,
          step ->
              Optional.of(step)
                  .filter(CommitContainerProgress::hasCommitted)
                  .map(CommitContainerProgress::getCommitted));

  private final Session session;

  @Option(
      names = {"-c", "--change"},
      paramLabel = "INSTRUCTION",
      description =
          "change of the configuration as a Dockerfile has it: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL,"
              + " STOPSIGNAL, USER, VOLUME or WORKDIR; may be repeated")
  private List<String> changes = new ArrayList<>();

  @Option(
      names = {"-a", "--author"},
      paramLabel = "PERSON",
      description = "who made it")
  private String author = "";

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "why")
  private String message = "";

  @Option(
      names = "--no-pause",
      description = "do not keep a running container still while its files are read")
  private boolean withoutPause;

  @Option(
      names = {"-q", "--quiet"},
      description = "the id only")
  private boolean quiet;

  @Parameters(index = "0", paramLabel = "CONTAINER", description = "name, id, or start of an id")
  private String container = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "name with a tag")
  private String name = "";

  public CommitCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request =
        CommitContainerRequest.newBuilder()
            .setContainerId(Containers.find(session.connection(), container).getId())
            .setReference(name)
            .setAuthor(author)
            .setMessage(message)
            .addAllChanges(changes)
            .setWithoutPause(withoutPause)
            .build();
    var view = quiet ? WorkView.none() : new WorkView(session.console(), "is here already");
    var committing = session.connection().watchedImageWork().commitContainer(request);
    var image = CALL.during(committing, view, () -> CALL.answer(committing, view)).getImage();
    var shown = image.getReferencesCount() == 0 ? "" : image.getReferences(0) + " ";
    session.out().println(quiet ? image.getId() : "Committed " + shown + "(" + image.getId() + ")");
    return 0;
  }
}
