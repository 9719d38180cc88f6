package io.gantry.rpc;

import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.CommitContainerResponse;
import io.gantry.container.Container;
import io.gantry.container.ContainerService;
import io.gantry.container.ContainerSpec;
import io.gantry.image.Commit;
import io.gantry.image.Image;
import io.gantry.image.ImageStore;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a container becomes an image. */
final class CommitCalls {

  private static final Field REFERENCE = Field.of("reference");

  private final ContainerService containers;
  private final ImageStore images;

  CommitCalls(ContainerService containers, ImageStore images) {
    this.containers = containers;
    this.images = images;
  }

  CommitContainerResponse commit(CommitContainerRequest request, Progress progress)
      throws ImageException {
    Container container =
        containers.container(Field.of("container_id").required(request.getContainerId()));
    String id = container.id().value();
    Commit.Stillness stillness =
        request.getWithoutPause()
            ? Commit.Reading::run
            : reading -> containers.whileStill(id, reading::run);
    Image image = images.commit(commit(request, container), stillness, progress);
    return CommitContainerResponse.newBuilder().setImage(ImageMessages.imported(image)).build();
  }

  private static Commit commit(CommitContainerRequest request, Container container)
      throws ImageException {
    Field changes = Field.of("changes");
    for (int i = 0; i < request.getChangesCount(); i++) {
      changes.item(i).required(request.getChanges(i));
    }
    return new Commit(
        Digest.parse(container.image().id()),
        container.id().value(),
        name(request.getReference()),
        command(container.spec()),
        Field.of("author").text(request.getAuthor()),
        Field.of("message").text(request.getMessage()),
        request.getChangesList());
  }

  private static @Nullable ImageReference name(String text) {
    if (text.isEmpty()) {
      return null;
    }
    ImageReference name = ImageMessages.reference(text, REFERENCE);
    if (name.digest() != null) {
      throw REFERENCE.wrong("names a digest: " + text, "name a tag");
    }
    return name;
  }

  /** What the container ran, as far as it was not the image's own. */
  private static String command(ContainerSpec spec) {
    List<String> words = Stream.concat(spec.command().stream(), spec.arguments().stream()).toList();
    return words.isEmpty() ? "gantry commit" : String.join(" ", words);
  }
}
