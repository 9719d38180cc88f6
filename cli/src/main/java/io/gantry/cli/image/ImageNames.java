package io.gantry.cli.image;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.cli.session.Connection;
import io.gantry.cli.session.UniqueMatch;
import java.util.List;

/** The images there are. */
final class ImageNames {
  private static final UniqueMatch<Image> MATCH =
      new UniqueMatch<>("image", "gantry images", ImageNames::digits, ImageNames::name);

  private ImageNames() {}

  static List<Image> all(Connection connection) {
    return connection.images().listImages(ListImagesRequest.getDefaultInstance()).getImagesList();
  }

  /**
   * The image with this reference or id, or with an id that begins so.
   *
   * @throws io.gantry.cli.session.CliException if there is no such image, or more than one
   */
  static Image find(Connection connection, String wanted) {
    var question = ImageStatusRequest.newBuilder().setImage(spec(wanted)).build();
    var answer = connection.images().imageStatus(question);
    if (answer.hasImage()) {
      return answer.getImage();
    }
    return MATCH.in(all(connection), withoutAlgorithm(wanted));
  }

  static ImageSpec spec(String image) {
    return ImageSpec.newBuilder().setImage(image).build();
  }

  /** The name to show for an image: its first tag, else its first digest, else its id. */
  static String name(Image image) {
    if (image.getRepoTagsCount() > 0) {
      return image.getRepoTags(0);
    }
    return image.getRepoDigestsCount() > 0 ? image.getRepoDigests(0) : image.getId();
  }

  private static String digits(Image image) {
    return withoutAlgorithm(image.getId());
  }

  private static String withoutAlgorithm(String id) {
    return id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
  }
}
