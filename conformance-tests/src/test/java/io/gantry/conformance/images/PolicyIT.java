package io.gantry.conformance.images;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import io.gantry.conformance.registry.Registry;
import io.grpc.Status.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon with a signature policy pulls. */
class PolicyIT {

  @TempDir Path directory;

  private static String pull(PrivateNode node, String reference) {
    ImageSpec image = ImageSpec.newBuilder().setImage(reference).build();
    return node.client()
        .images()
        .pullImage(PullImageRequest.newBuilder().setImage(image).build())
        .getImageRef();
  }

  private static int images(PrivateNode node) {
    return node.client()
        .images()
        .listImages(ListImagesRequest.getDefaultInstance())
        .getImagesCount();
  }

  @Test
  void thePolicyOfTheMomentDecidesAndKubeletUnderstandsTheRefusal() throws Exception {
    Assumptions.assumeTrue(
        Registry.missingPrograms().isEmpty(), "not installed: " + Registry.missingPrograms());
    Path archive = directory.resolve("busybox.tar");
    TestImage.pack(Distribution.found(), archive);
    Path policy = directory.resolve("policy.json");
    Files.writeString(policy, "{\"default\": [{\"type\": \"reject\"}]}");
    try (Registry registry = Registry.start(Files.createDirectory(directory.resolve("registry")));
        PrivateNode node =
            PrivateNode.startWith(
                Distribution.found(),
                Files.createDirectory(directory.resolve("node")),
                "[image]\npolicy_file = \"%s\"\n".formatted(policy))) {
      registry.push("oci-archive:" + archive, "team/busybox:1", "oci");
      String image = registry.address() + "/team/busybox:1";

      assertThat(refusal(Code.UNKNOWN, () -> pull(node, image)))
          .startsWith(
              "SignatureValidationFailed: image %s: policy %s, default, requirement 1 (reject)"
                  .formatted(image, policy));
      Files.writeString(policy, "{\"default\": [{\"type\": \"signedBy\"}]}");
      assertThat(refusal(Code.INVALID_ARGUMENT, () -> pull(node, image)))
          .startsWith("signature policy " + policy + ": default, requirement 1, type: signedBy");
      assertThat(images(node)).isZero();

      Files.writeString(policy, "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
      assertThat(pull(node, image)).startsWith("sha256:");
    }
  }
}
