package io.gantry.conformance.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ImageFsInfoRequest;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.leak.LeakCheck;
import io.gantry.conformance.leak.Scope;
import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers as images of file systems, where the kernel mounts them from files. */
class LayerFormIT {

  private static final String IMAGES = "[image]\nlayer_form = \"auto\"\n";
  private static final String DIRECTORIES = "[image]\nlayer_form = \"directory\"\n";

  @TempDir Path directory;
  private LeakCheck machine;

  @BeforeEach
  void look() throws Exception {
    machine = LeakCheck.startingNow(Scope.of(List.of()));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(machine.leftAfter(Duration.ofSeconds(20))).asString().isEmpty();
  }

  private Path store() {
    return directory.resolve("root").resolve("images");
  }

  private List<String> formsOfLayers() throws IOException {
    try (Stream<Path> layers = Files.list(store().resolve("layers"))) {
      return layers
          .map(layer -> Files.exists(layer.resolve("fs.erofs")) ? "image" : "directory")
          .distinct()
          .toList();
    }
  }

  private void assumeImages() throws IOException {
    Assumptions.assumeTrue(
        formsOfLayers().equals(List.of("image")), "this kernel mounts no image from a file");
  }

  private TestPod pod(PrivateNode node, String name) throws IOException {
    Path logs = Files.createDirectories(directory.resolve("logs").resolve(name));
    return TestPod.run(node.client(), Drafts.pod(name).setLogDirectory(logs.toString()).build());
  }

  @Test
  void containersOfAnImageThatIsMountedLiveAsAllOthers() throws Exception {
    try (PrivateNode node = PrivateNode.startWith(Distribution.found(), directory, IMAGES)) {
      String image = TestImage.importInto(node);
      assumeImages();
      TestPod pod = pod(node, "mounted");
      TestContainer one = pod.start(Drafts.script("one", image, "sleep 600"));
      assertThat(one.sh("echo mine > /bin/new && rm /bin/vi && ls /bin | grep -cx -e vi -e new"))
          .isEqualTo("1");
      TestContainer other = pod.start(Drafts.script("other", image, "sleep 600"));
      assertThat(other.sh("ls /bin | grep -x -e vi -e new")).isEqualTo("vi");

      node.kill();
      node.startAgain();
      assertThat(one.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
      assertThat(one.sh("cat /bin/new")).isEqualTo("mine");
      TestContainer later = pod.start(Drafts.script("later", image, "sleep 600"));
      assertThat(later.sh("ls /bin | grep -x -e vi -e new")).isEqualTo("vi");

      var _ = node.client().images().removeImage(remove(image));
      assertThat(one.sh("ls /bin/sh")).isEqualTo("/bin/sh");
      pod.remove();
      Awaitility.await("the layers' files").until(() -> formsOfLayers().isEmpty());
      assertThat(usedBytes(node)).isZero();
    }
  }

  /** What is there stays as it is, whatever the configuration says of new layers. */
  @Test
  void bothFormsCanBeInOneStore() throws Exception {
    String image;
    try (PrivateNode node = PrivateNode.startWith(Distribution.found(), directory, IMAGES)) {
      image = TestImage.importInto(node);
    }
    assumeImages();
    try (PrivateNode node = PrivateNode.startWith(Distribution.found(), directory, DIRECTORIES)) {
      TestPod pod = pod(node, "either");
      TestContainer mounted = pod.start(Drafts.script("mounted", image, "sleep 600"));
      assertThat(mounted.sh("ls /bin/sh")).isEqualTo("/bin/sh");
      pod.remove();
      var _ = node.client().images().removeImage(remove(image));
      assertThat(TestImage.importInto(node)).isEqualTo(image);
      assertThat(formsOfLayers()).containsExactly("directory");
    }
  }

  private static Command.Result gantry(PrivateNode node, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Distribution.found().commandLine().toString());
    command.add("--host=unix://" + node.socket());
    command.addAll(List.of(words));
    return Command.run(command);
  }

  private static void done(PrivateNode node, String... words) throws Exception {
    Command.Result result = gantry(node, words);
    assertThat(result.exitCode())
        .as("%s: %s%s", List.of(words), result.output(), result.errors())
        .isZero();
  }

  /** Whoever reads a layer sees a directory, whatever it is. */
  @Test
  void mountedLayersAreCommittedExportedAndChecked() throws Exception {
    String made = "conformance.test/made:1";
    try (PrivateNode node = PrivateNode.startWith(Distribution.found(), directory, IMAGES)) {
      String image = TestImage.importInto(node);
      assumeImages();
      TestPod pod = pod(node, "committed");
      TestContainer changed = pod.start(Drafts.script("changed", image, "sleep 600"));
      changed.sh("echo new > /made && rm /bin/vi");
      done(node, "commit", changed.id(), made);
      Path archive = directory.resolve("made.tar");
      done(node, "export", made, archive.toString());
      done(node, "rmi", made);
      done(node, "import", archive.toString());
      TestContainer again = pod.start(Drafts.script("again", made, "sleep 600"));
      assertThat(again.sh("cat /made; ls /bin | grep -cx -e vi -e sh")).isEqualTo("new\n1");
      done(node, "fsck");

      damageALayer();
      Command.Result found = gantry(node, "fsck");
      assertThat(found.exitCode()).isEqualTo(1);
      assertThat(found.output() + found.errors()).contains("fs.erofs", "its content differs");
      pod.remove();
    }
  }

  private void damageALayer() throws IOException {
    try (Stream<Path> layers = Files.list(store().resolve("layers"));
        FileChannel file =
            FileChannel.open(
                layers.findFirst().orElseThrow().resolve("fs.erofs"), StandardOpenOption.WRITE)) {
      var _ = file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
    }
  }

  static RemoveImageRequest remove(String image) {
    return RemoveImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(image)).build();
  }

  private static long usedBytes(PrivateNode node) {
    return node.client()
        .images()
        .imageFsInfo(ImageFsInfoRequest.getDefaultInstance())
        .getImageFilesystems(0)
        .getUsedBytes()
        .getValue();
  }
}
