package io.gantry.cli.image;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ImageStatusResponse;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.InspectVerb;
import io.gantry.cli.output.Size;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows all there is to know about images. */
@Command(
    name = "inspecti",
    description = "Show all there is to know about images.",
    footer = {"", "Example:", "  gantry inspecti docker.io/library/busybox:latest"})
public final class InspectiCommand extends InspectVerb {
  private final Session session;

  @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "name, id, or start of an id")
  private List<String> images = new ArrayList<>();

  public InspectiCommand(Session session) {
    super(session);
    this.session = session;
  }

  @Override
  protected List<String> wanted() {
    return images;
  }

  @Override
  protected Answer ask(String wanted, boolean verbose) {
    var id = ImageNames.find(session.connection(), wanted).getId();
    var request =
        ImageStatusRequest.newBuilder().setImage(ImageNames.spec(id)).setVerbose(verbose).build();
    var answer = session.connection().images().imageStatus(request);
    return new Answer(() -> document(answer), details -> table(answer.getImage(), details));
  }

  private static Document document(ImageStatusResponse answer) {
    return Document.of(answer.getImage()).under("status").with(answer.getInfoMap());
  }

  private static void table(Image image, Details details) {
    details
        .line("ID", image.getId())
        .list("Tags", image.getRepoTagsList())
        .list("Digests", image.getRepoDigestsList())
        .line("Size", Size.of(image.getSize()))
        .some(
            "User",
            image.hasUid() ? String.valueOf(image.getUid().getValue()) : image.getUsername());
  }
}
