package io.gantry.cli.image;

import io.gantry.api.gantry.v1.UntagImageRequest;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes names away from images. */
@Command(
    name = "untag",
    description =
        "Take a name away from its image. The image goes with its last name; rmi removes an image"
            + " with all of them.",
    footer = {"", "Example:", "  gantry untag registry.example/tools/busybox:1"})
public final class UntagCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "name with a tag")
  private List<String> names = new ArrayList<>();

  public UntagCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return session.each(names, this::untag);
  }

  private void untag(String name) {
    var request = UntagImageRequest.newBuilder().setReference(name).build();
    session.connection().ownImages().untagImage(request);
    session.out().println("Untagged: " + name);
  }
}
