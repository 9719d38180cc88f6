package io.gantry.cli.image;

import io.gantry.api.gantry.v1.ExportImageRequest;
import io.gantry.api.gantry.v1.ExportedImages;
import io.gantry.api.gantry.v1.OutgoingImage;
import io.gantry.cli.output.WholeFile;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes images into an archive. */
@Command(
    name = "export",
    description =
        "Write images into an archive: the tar of an OCI layout, which docker load reads too. An"
            + " image has the name there by which it is asked for here; asked for by id, it has none.",
    footer = {"", "Example:", "  gantry export docker.io/library/busybox:latest busybox.tar"})
public final class ExportCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "IMAGE... FILE",
      arity = "2..*",
      description = "names or ids, and at last the file to write, or - for standard output")
  private List<String> words = new ArrayList<>();

  public ExportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var file = words.getLast();
    var request =
        ExportImageRequest.newBuilder().addAllImages(words.subList(0, words.size() - 1)).build();
    var download =
        new Download(session.connection().archives(), new WorkView(session.console(), ""));
    try {
      if (file.equals("-")) {
        show(download.receive(request, session.out()), session.console().err());
        return 0;
      }
      try (var whole = WholeFile.at(Path.of(file))) {
        var images = download.receive(request, whole.out());
        whole.keep();
        show(images, session.out());
      }
      return 0;
    } catch (IOException e) {
      throw CliException.failed("cannot write " + file + ": " + e.getMessage());
    }
  }

  private static void show(ExportedImages images, PrintStream out) {
    images.getImagesList().forEach(image -> show(image, out));
  }

  private static void show(OutgoingImage image, PrintStream out) {
    var names = image.getReferencesCount() > 0 ? image.getReferencesList() : List.of("<none>");
    names.forEach(name -> out.println("Exported " + name + " (" + image.getId() + ")"));
    Repacked.tell(image, out);
  }
}
