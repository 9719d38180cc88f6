package io.gantry.conformance.escape;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An image with a busybox, and with whatever its author was up to. */
final class HostileImage {

  private static final String REGISTRY = "hostile.test/";
  private static final List<String> APPLETS =
      List.of("cat", "echo", "head", "id", "ls", "mkdir", "readlink", "sh", "sleep", "wc");

  private HostileImage() {}

  /** Removes all that were made here. */
  static void removeFrom(PrivateNode node) {
    ImageServiceBlockingStub images = node.client().images();
    for (Image image : images.listImages(ListImagesRequest.getDefaultInstance()).getImagesList()) {
      if (image.getRepoTagsList().stream().anyMatch(tag -> tag.startsWith(REGISTRY))) {
        ImageSpec spec = ImageSpec.newBuilder().setImage(image.getId()).build();
        var _ = images.removeImage(RemoveImageRequest.newBuilder().setImage(spec).build());
      }
    }
  }

  /**
   * Packs it and brings it to the daemon.
   *
   * @param options of the image writer
   */
  static String importInto(PrivateNode node, String name, List<String> options)
      throws IOException, InterruptedException {
    Distribution distribution = Distribution.found();
    Path archive = Files.createTempFile("gantry-hostile", ".tar");
    try {
      String reference = REGISTRY + name + ":1";
      List<String> words = new ArrayList<>();
      words.add(distribution.repository().resolve("hack/lib/pack-image").toString());
      words.addAll(List.of(distribution.directory().toString(), "--tag", reference));
      words.addAll(List.of("--output", archive.toString(), "--env", "PATH=/bin"));
      words.addAll(List.of("--add", "/bin/busybox:/bin/busybox:755"));
      for (String applet : APPLETS) {
        words.addAll(List.of("--link", "busybox:/bin/" + applet));
      }
      words.addAll(options);
      var _ = Command.output(words);
      node.importImage(archive);
      return reference;
    } finally {
      Files.delete(archive);
    }
  }
}
