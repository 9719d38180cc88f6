package io.gantry.cli.image;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ImageStatusResponse;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.Size;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows all there is to know about images. */
@Command(
    name = "inspecti",
    description = "Show all there is to know about images.",
    footer = {"", "Example:", "  gantry inspecti docker.io/library/busybox:latest"})
public final class InspectiCommand implements Callable<Integer> {
  private final Session session;
  private final List<Document> documents = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json, yaml or table")
  private Format format = Format.JSON;

  @Option(
      names = {"-q", "--quiet"},
      description = "leave out what the runtime adds to the status")
  private boolean quiet;

  @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "name, id, or start of an id")
  private List<String> images = new ArrayList<>();

  public InspectiCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int code = session.each(images, this::inspect);
    if (!documents.isEmpty()) {
      Document.of(documents).print(session.out(), format);
    }
    return code;
  }

  private void inspect(String wanted) {
    var id = ImageNames.find(session.connection(), wanted).getId();
    var request =
        ImageStatusRequest.newBuilder().setImage(ImageNames.spec(id)).setVerbose(!quiet).build();
    var answer = session.connection().images().imageStatus(request);
    if (format == Format.TABLE) {
      table(answer.getImage());
    } else {
      documents.add(document(answer));
    }
  }

  private static Document document(ImageStatusResponse answer) {
    return Document.of(answer.getImage()).under("status").with(answer.getInfoMap());
  }

  private void table(Image image) {
    new Details(session.out())
        .line("ID", image.getId())
        .list("Tags", image.getRepoTagsList())
        .list("Digests", image.getRepoDigestsList())
        .line("Size", Size.of(image.getSize()))
        .some(
            "User",
            image.hasUid() ? String.valueOf(image.getUid().getValue()) : image.getUsername())
        .end();
  }
}
