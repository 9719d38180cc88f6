package io.gantry.cli.image;

import io.gantry.api.gantry.v1.PushImageProgress;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.api.gantry.v1.PushImageResponse;
import io.gantry.cli.session.Session;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings an image to a registry. */
@Command(
    name = "push",
    description = "Bring an image to a registry, under its own name or another.",
    footer = {"", "Example:", "  gantry push busybox:latest registry.example/tools/busybox:1"})
public final class PushCommand implements Callable<Integer> {
  private static final WatchedCall<PushImageProgress, PushImageResponse> CALL =
      new WatchedCall<>(
          "push",
          PushImageProgress::getLayersList,
          step ->
              Optional.of(step)
                  .filter(PushImageProgress::hasPushed)
                  .map(PushImageProgress::getPushed));

  private final Session session;

  @Mixin private Credentials credentials = new Credentials();

  @Option(
      names = {"-q", "--quiet"},
      description = "print the digest only")
  private boolean quiet;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "name, id, or start of an id")
  private String image = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "what it is to be called there; without it, as here")
  private String name = "";

  public PushCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request = PushImageRequest.newBuilder().setImage(image).setDestination(name);
    credentials.auth().ifPresent(request::setAuth);
    var view = quiet ? WorkView.none() : new WorkView(session.console(), "is there already");
    var pushing = session.connection().watchedImageWork().pushImage(request.build());
    var pushed = CALL.during(pushing, view, () -> CALL.answer(pushing, view));
    if (quiet) {
      session.out().println(pushed.getImage().getManifestDigest());
      return 0;
    }
    session
        .out()
        .printf(
            "Pushed %s@%s: %d layers sent, %d were there%n",
            pushed.getImage().getReferences(0),
            pushed.getImage().getManifestDigest(),
            pushed.getLayersSent(),
            pushed.getLayersPresent());
    Repacked.tell(pushed.getImage(), session.out());
    return 0;
  }
}
