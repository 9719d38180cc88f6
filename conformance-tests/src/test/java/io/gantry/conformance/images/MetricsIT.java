package io.gantry.conformance.images;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import io.gantry.conformance.registry.Registry;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon's metrics and its log tell of pulls. */
class MetricsIT {

  private static final Pattern SHOWN = Pattern.compile("metrics are shown url=(\\S+)");

  @TempDir Path directory;

  private static String pull(PrivateNode node, String reference) {
    ImageSpec image = ImageSpec.newBuilder().setImage(reference).build();
    return node.client()
        .images()
        .pullImage(PullImageRequest.newBuilder().setImage(image).build())
        .getImageRef();
  }

  private static String scrape(PrivateNode node) throws IOException {
    Matcher url = SHOWN.matcher(Files.readString(node.daemonLog()));
    assertThat(url.find()).as("the log says where the metrics are").isTrue();
    try (var body = URI.create(url.group(1)).toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<String> logged(PrivateNode node, String part) throws IOException {
    return Files.readAllLines(node.daemonLog()).stream()
        .filter(line -> line.contains(part))
        .toList();
  }

  private static String ended(String operation, String outcome, int times) {
    return "gantry_image_operations_total{operation=\"%s\",outcome=\"%s\"} %d.0\n"
        .formatted(operation, outcome, times);
  }

  @Test
  void aPullThatEndsIsCountedAndLoggedOnce() throws Exception {
    Assumptions.assumeTrue(
        Registry.missingPrograms().isEmpty(), "not installed: " + Registry.missingPrograms());
    Path archive = directory.resolve("busybox.tar");
    TestImage.pack(Distribution.found(), archive);
    try (Registry registry = Registry.start(Files.createDirectory(directory.resolve("registry")));
        PrivateNode node =
            PrivateNode.startWith(
                Distribution.found(),
                Files.createDirectory(directory.resolve("node")),
                "[metrics]\naddress = \"127.0.0.1:0\"\n")) {
      registry.push("oci-archive:" + archive, "team/busybox:1", "oci");
      String image = registry.address() + "/team/busybox:1";

      pull(node, image);
      pull(node, image);
      String missing = registry.address() + "/team/busybox:2";
      assertThat(refusal(Code.NOT_FOUND, () -> pull(node, missing))).contains(missing);

      assertThat(scrape(node))
          .contains(ended("pull", "done", 1))
          .contains(ended("pull", "unchanged", 1))
          .contains(ended("pull", "not_found", 1))
          .contains("gantry_image_operations_in_flight{operation=\"pull\"} 0.0\n")
          .contains("gantry_image_layers_in_flight 0.0\n")
          .doesNotContain("gantry_image_received_bytes_total 0.0\n")
          .doesNotContain(registry.address());
      assertThat(logged(node, "pull done"))
          .singleElement()
          .asString()
          .contains("image=" + image, " digest=sha256:", " bytes=", " fetched=1", " present=0")
          .contains(" seconds=", " retries=0", " mib_per_second=");
      assertThat(logged(node, "pull unchanged")).singleElement().asString().contains(image);
      assertThat(logged(node, "team/busybox:2"))
          .singleElement()
          .asString()
          .contains("WARN", "pull failed", "outcome=not_found", "reason=");
    }
  }

  @Test
  void anImportIsCountedAndWithoutAnAddressNothingIsShown() throws Exception {
    try (PrivateNode node =
        PrivateNode.startWith(
            Distribution.found(), directory, "[metrics]\naddress = \"[::1]:0\"\n")) {
      TestImage.importInto(node);

      assertThat(scrape(node)).contains(ended("import", "done", 1));
      assertThat(logged(node, "import done")).hasSize(1);
    }
    Path other = Files.createDirectory(directory.resolve("other"));
    try (PrivateNode node = PrivateNode.start(Distribution.found(), other)) {
      assertThat(logged(node, "metrics")).isEmpty();
    }
  }
}
