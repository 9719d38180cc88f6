package io.gantry.cli.image;

import io.gantry.api.gantry.v1.TagImageRequest;
import io.gantry.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Gives an image one more name. */
@Command(
    name = "tag",
    description = "Give an image one more name, which leaves the image that had it.",
    footer = {"", "Example:", "  gantry tag busybox:latest registry.example/tools/busybox:1"})
public final class TagCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "name, id, or start of an id")
  private String image = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "name with a tag")
  private String name = "";

  public TagCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request =
        TagImageRequest.newBuilder()
            .setImage(ImageNames.find(session.connection(), image).getId())
            .setReference(name)
            .build();
    session
        .out()
        .println("Tagged " + session.connection().ownImages().tagImage(request).getReference());
    return 0;
  }
}
