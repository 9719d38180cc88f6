package io.gantry.cli.image;

import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.api.gantry.v1.ImportedImage;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings the images of an archive to the node. */
@Command(
    name = "import",
    description =
        "Bring the images of an archive to the node: an OCI layout, as a tar or a directory, or what"
            + " docker save writes. It is sent to the daemon, so it need not lie where that runs.",
    footer = {
      "",
      "Example:",
      "  gantry import --name docker.io/library/busybox:latest busybox.tar"
    })
public final class ImportCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--name",
      paramLabel = "REFERENCE",
      description = "name for the image, instead of those in the archive")
  private String name = "";

  @Option(
      names = {"-q", "--quiet"},
      description = "ids only")
  private boolean quiet;

  @Parameters(paramLabel = "ARCHIVE", description = "file or directory, or - for standard input")
  private String archive = "";

  public ImportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (var in = open()) {
      var view = quiet ? WorkView.none() : new WorkView(session.console(), "is here already");
      show(new Upload(session, view).send(in, size(), name));
      return 0;
    } catch (NoSuchFileException e) {
      throw CliException.failed("no such file: " + archive);
    } catch (IOException e) {
      throw CliException.failed("cannot read " + archive + ": " + e.getMessage());
    }
  }

  private InputStream open() throws IOException {
    if (archive.equals("-")) {
      return session.console().in();
    }
    var path = Path.of(archive);
    return Files.isDirectory(path) ? LayoutDirectory.open(path) : Files.newInputStream(path);
  }

  /** 0 for what has none, or is packed while it is sent. */
  private long size() throws IOException {
    var path = Path.of(archive);
    return !archive.equals("-") && Files.isRegularFile(path) ? Files.size(path) : 0;
  }

  private void show(ImportImageResponse answer) {
    for (var image : answer.getImagesList()) {
      names(image).forEach(each -> session.out().println(each));
    }
  }

  private List<String> names(ImportedImage image) {
    if (quiet) {
      return List.of(image.getId());
    }
    return image.getReferencesCount() == 0
        ? List.of("Imported " + image.getId())
        : image.getReferencesList().stream()
            .map(reference -> "Imported " + reference + " (" + image.getId() + ")")
            .toList();
  }
}
