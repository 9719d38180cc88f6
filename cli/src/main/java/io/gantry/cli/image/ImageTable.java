package io.gantry.cli.image;

import io.gantry.api.cri.v1.Image;
import io.gantry.cli.output.ShortId;
import io.gantry.cli.output.Size;
import io.gantry.cli.output.Table;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Images as a table: a row for each name. */
record ImageTable(boolean digests, boolean pinned, boolean whole) {
  private static final String NONE = "<none>";

  /** A name cut into its columns. */
  private record Name(String repository, String tag) {
    static Name ofTag(String reference) {
      int colon = reference.lastIndexOf(':');
      // A colon before a slash belongs to the registry's port.
      return colon < reference.lastIndexOf('/') || colon < 0
          ? new Name(reference, NONE)
          : new Name(reference.substring(0, colon), reference.substring(colon + 1));
    }

    static Name ofDigest(String reference) {
      int at = reference.indexOf('@');
      return new Name(at < 0 ? reference : reference.substring(0, at), NONE);
    }
  }

  void print(List<Image> images, PrintStream out) {
    var table = new Table(heading());
    for (var image : images) {
      names(image).forEach(name -> table.row(row(image, name)));
    }
    table.print(out);
  }

  private List<String> heading() {
    var cells = new ArrayList<>(List.of("IMAGE", "TAG"));
    if (digests) {
      cells.add("DIGEST");
    }
    cells.addAll(List.of("IMAGE ID", "SIZE"));
    if (pinned) {
      cells.add("PINNED");
    }
    return cells;
  }

  private static List<Name> names(Image image) {
    if (image.getRepoTagsCount() > 0) {
      return image.getRepoTagsList().stream().map(Name::ofTag).toList();
    }
    if (image.getRepoDigestsCount() > 0) {
      return image.getRepoDigestsList().stream().map(Name::ofDigest).toList();
    }
    return List.of(new Name(NONE, NONE));
  }

  private List<String> row(Image image, Name name) {
    var cells = new ArrayList<>(List.of(name.repository(), name.tag()));
    if (digests) {
      cells.add(digest(image, name.repository()));
    }
    cells.add(ShortId.of(image.getId(), whole));
    cells.add(Size.of(image.getSize()));
    if (pinned) {
      cells.add(String.valueOf(image.getPinned()));
    }
    return cells;
  }

  private String digest(Image image, String repository) {
    return image.getRepoDigestsList().stream()
        .filter(each -> each.startsWith(repository + "@"))
        .map(each -> ShortId.of(each.substring(repository.length() + 1), whole))
        .findFirst()
        .orElse(NONE);
  }
}
