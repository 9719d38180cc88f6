package io.gantry.cli.image;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageFilter;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.ListImagesResponse;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.Size;
import io.gantry.cli.session.Session;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists images. */
@Command(
    name = "images",
    description = "List images by name.",
    footer = {"", "Example:", "  gantry images --digests docker.io/library/busybox"})
public final class ImagesCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-q", "--quiet"},
      description = "ids only")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "everything the list knows, one block for each")
  private boolean verbose;

  @Option(names = "--digests", description = "a column for digests")
  private boolean digests;

  @Option(names = "--pinned", description = "a column that tells which cannot be collected")
  private boolean pinned;

  @Option(names = "--no-trunc", description = "whole ids")
  private boolean whole;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, json or yaml")
  private Format format = Format.TABLE;

  @Parameters(arity = "0..1", paramLabel = "IMAGE", description = "only this one")
  private String image = "";

  public ImagesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request = ListImagesRequest.newBuilder();
    if (!image.isEmpty()) {
      request.setFilter(ImageFilter.newBuilder().setImage(ImageNames.spec(image)));
    }
    var answer = session.connection().images().listImages(request.build());
    show(answer.getImagesList().stream().sorted(Comparator.comparing(ImageNames::name)).toList());
    return 0;
  }

  private void show(List<Image> images) {
    if (quiet) {
      images.forEach(each -> session.out().println(each.getId()));
    } else if (format != Format.TABLE) {
      Document.of(ListImagesResponse.newBuilder().addAllImages(images).build())
          .print(session.out(), format);
    } else if (verbose) {
      images.forEach(this::details);
    } else {
      new ImageTable(digests, pinned, whole).print(images, session.out());
    }
  }

  private void details(Image each) {
    new Details(session.out())
        .line("ID", each.getId())
        .list("RepoTags", each.getRepoTagsList())
        .list("RepoDigests", each.getRepoDigestsList())
        .line("Size", Size.of(each.getSize()))
        .some("Uid", each.hasUid() ? String.valueOf(each.getUid().getValue()) : "")
        .some("Username", each.getUsername())
        .some("Pinned", each.getPinned() ? "true" : "")
        .end();
  }
}
