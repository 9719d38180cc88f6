package io.gantry.cli.image;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes images. */
@Command(
    name = "rmi",
    description = "Remove images with all their names.",
    footer = {"", "Example:", "  gantry rmi --prune"})
public final class RmiCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-a", "--all"},
      description = "all images that are not pinned")
  private boolean all;

  @Option(
      names = {"-q", "--prune"},
      description = "all images that are not pinned and that no container uses")
  private boolean prune;

  @Parameters(paramLabel = "IMAGE", arity = "0..*", description = "name, id, or start of an id")
  private List<String> images = new ArrayList<>();

  public RmiCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if ((all || prune) == !images.isEmpty()) {
      throw CliException.misused("rmi wants either images, --all or --prune");
    }
    return session.each(images.isEmpty() ? several() : images, this::remove);
  }

  private List<String> several() {
    var used = all ? Set.<String>of() : used();
    return ImageNames.all(session.connection()).stream()
        .filter(image -> !image.getPinned())
        .filter(image -> names(image).noneMatch(used::contains))
        .map(Image::getId)
        .toList();
  }

  private static Stream<String> names(Image image) {
    return Stream.of(List.of(image.getId()), image.getRepoTagsList(), image.getRepoDigestsList())
        .flatMap(List::stream);
  }

  /** Every word by which a container knows its image. */
  private Set<String> used() {
    var names = new HashSet<String>();
    session
        .connection()
        .runtime()
        .listContainers(ListContainersRequest.getDefaultInstance())
        .getContainersList()
        .forEach(container -> {
          names.add(container.getImageId());
          names.add(container.getImageRef());
          names.add(container.getImage().getImage());
        });
    return names;
  }

  private void remove(String wanted) {
    var image = ImageNames.find(session.connection(), wanted);
    var request = RemoveImageRequest.newBuilder().setImage(ImageNames.spec(image.getId())).build();
    session.connection().imageWork().removeImage(request);
    var names = image.getRepoTagsCount() > 0 ? image.getRepoTagsList() : List.of(image.getId());
    names.forEach(name -> session.out().println("Deleted: " + name));
  }
}
