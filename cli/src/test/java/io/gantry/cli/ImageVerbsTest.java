package io.gantry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.PullImageRequest;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageVerbsTest extends NodeTestCase {
  private static final String BUSYBOX = "sha256:" + "1".repeat(64);
  private static final String PINNED = "sha256:" + "4".repeat(64);
  private static final String UNUSED = "sha256:" + "5".repeat(64);

  @BeforeEach
  void images() {
    var busybox =
        node.image(BUSYBOX, "docker.io/library/busybox:latest", "localhost:5000/busybox:1");
    node.images.put(
        BUSYBOX,
        busybox.toBuilder()
            .addRepoDigests("docker.io/library/busybox@sha256:" + "9".repeat(64))
            .build());
    node.images.put(PINNED, node.image(PINNED).toBuilder().setPinned(true).build());
  }

  @Test
  void everyNameIsARow() {
    assertThat(output("images"))
        .isEqualTo(
            """
            IMAGE                       TAG      IMAGE ID        SIZE
            docker.io/library/busybox   latest   1111111111111   1.24MB
            localhost:5000/busybox      1        1111111111111   1.24MB
            <none>                      <none>   4444444444444   1.24MB
            """);
  }

  @Test
  void digestsAndPinsAreColumnsOnDemand() {
    assertThat(output("images", "--digests", "--pinned", "docker.io/library/busybox:latest"))
        .isEqualTo(
            """
            IMAGE                       TAG      DIGEST          IMAGE ID        SIZE     PINNED
            docker.io/library/busybox   latest   9999999999999   1111111111111   1.24MB   false
            localhost:5000/busybox      1        <none>          1111111111111   1.24MB   false
            """);
    assertThat(output("images", "-q", "--no-trunc")).isEqualTo(BUSYBOX + "\n" + PINNED + "\n");
    assertThat(output("images", "-v")).contains("RepoTags: localhost:5000/busybox:1\n");
    assertThat(output("images", "-o", "json")).contains("\"size\": \"1240000\"");
  }

  @Test
  void pullTellsTheReference() {
    node.registry.add("registry.test/app:1");
    assertThat(output("pull", "--creds", "me:pass:word", "registry.test/app:1"))
        .isEqualTo("Image is up to date for sha256:" + "2".repeat(64) + "\n");
    var request = (PullImageRequest) node.requests.getFirst();
    assertThat(request.getAuth().getUsername()).isEqualTo("me");
    assertThat(request.getAuth().getPassword()).isEqualTo("pass:word");
  }

  @Test
  void failedPullTellsWhatTheRuntimeTold() {
    assertThat(complaint(1, "pull", "registry.test/none"))
        .isEqualTo("gantry: pull registry.test/none: registry.test does not answer\n");
    assertThat(complaint(2, "pull", "--creds", "a", "--auth", "b", "x"))
        .isEqualTo("gantry: --creds and --auth exclude each other\n");
  }

  @Test
  void archiveIsStreamedWholeAndInOrder(@TempDir Path directory) throws IOException {
    var bytes = new byte[700_000];
    new Random(1).nextBytes(bytes);
    var archive = Files.write(directory.resolve("image.tar"), bytes);

    var result = terminal.run("import", "--name", "x:1", archive.toString());

    assertThat(result.out())
        .isEqualTo("Imported docker.io/library/busybox:latest (sha256:" + "3".repeat(64) + ")\n");
    assertThat(result.err())
        .as("how far it is, beside the output")
        .isEqualTo("archive: 700kB\nlayer 444444444444: 5kB (1/1)\n");

    assertThat(node.upload.getFirst().getOptions().getReferenceOverride()).isEqualTo("x:1");
    assertThat(node.uploaded().toByteArray()).isEqualTo(bytes);
  }

  @Test
  void archiveMayComeFromStandardInput() {
    terminal.input("tar".getBytes(UTF_8));
    assertThat(output("import", "-q", "-")).isEqualTo("sha256:" + "3".repeat(64) + "\n");
    assertThat(node.uploaded().toStringUtf8()).isEqualTo("tar");
  }

  @Test
  void refusedArchiveIsToldEvenWhileItIsBeingSent(@TempDir Path directory) throws IOException {
    node.failures.put(
        "ImportImage", Status.INVALID_ARGUMENT.withDescription("no image archive: want a tar"));
    var archive = Files.write(directory.resolve("image.tar"), new byte[3_000_000]);
    assertThat(complaint(1, "import", archive.toString()))
        .isEqualTo("gantry: no image archive: want a tar\n");
    assertThat(complaint(1, "import", "/nowhere.tar"))
        .isEqualTo("gantry: no such file: /nowhere.tar\n");
  }

  @Test
  void imageIsFoundByNameByIdAndByPrefix() {
    for (var name : new String[] {"localhost:5000/busybox:1", BUSYBOX, "111", "sha256:111"}) {
      assertThat(output("inspecti", name)).contains("\"id\": \"" + BUSYBOX + "\"", "\"chain\"");
    }
    assertThat(complaint(1, "inspecti", "nothing"))
        .isEqualTo("gantry: no such image \"nothing\": see 'gantry images'\n");
    assertThat(output("inspecti", "-o", "table", "111")).contains("Size: 1.24MB\n");
  }

  @Test
  void removalTellsEveryNameThatWent() {
    assertThat(output("rmi", "111"))
        .isEqualTo(
            """
            Deleted: docker.io/library/busybox:latest
            Deleted: localhost:5000/busybox:1
            """);
    assertThat(node.images).doesNotContainKey(BUSYBOX);
  }

  @Test
  void pruneLeavesPinnedAndUsedImages() {
    node.container(CONTAINER, POD_A, "server", ContainerState.CONTAINER_EXITED);
    node.image(UNUSED, "old:1");
    assertThat(output("rmi", "--prune")).isEqualTo("Deleted: old:1\n");
    assertThat(node.images).containsOnlyKeys(BUSYBOX, PINNED);
    output("rmi", "--all");
    assertThat(node.images).containsOnlyKeys(PINNED);
    assertThat(complaint(2, "rmi"))
        .isEqualTo("gantry: rmi wants either images, --all or --prune\n");
  }
}
