package io.gantry.conformance.images;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.IDMapping;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.UserNamespace;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.leak.LeakCheck;
import io.gantry.conformance.leak.Scope;
import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which the files of an image become those of a pod with a user namespace. */
class RootOwnersIT {

  private static final String SHIFTED = "[image]\nuser_namespace_layers = \"shifted\"\n";

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

  private PrivateNode node(String settings) throws Exception {
    return PrivateNode.startWith(Distribution.found(), directory, settings);
  }

  private static NamespaceOption mapped() {
    return NamespaceOption.newBuilder()
        .setPid(NamespaceMode.CONTAINER)
        .setUsernsOptions(
            UserNamespace.newBuilder()
                .setMode(NamespaceMode.POD)
                .addUids(IDMapping.newBuilder().setHostId(500_000).setLength(65_536))
                .addGids(IDMapping.newBuilder().setHostId(700_000).setLength(65_536)))
        .build();
  }

  private TestPod pod(PrivateNode node) throws Exception {
    Path logs = Files.createDirectories(directory.resolve("logs"));
    PodSandboxConfig.Builder config = Drafts.pod("mapped").setLogDirectory(logs.toString());
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(mapped());
    return TestPod.run(node.client(), config.build());
  }

  private static ContainerConfig.Builder sleeper(String name, String image) {
    ContainerConfig.Builder config = Drafts.script(name, image, "sleep 600");
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(mapped());
    return config;
  }

  private Path onlySnapshot() throws Exception {
    Path snapshots = directory.resolve("root").resolve("images").resolve("snapshots");
    try (Stream<Path> all = Files.list(snapshots)) {
      return all.toList().getFirst();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "layer_form = \"directory\"\nuser_namespace_layers = \"mapped\"",
        "layer_form = \"auto\"\nuser_namespace_layers = \"mapped\"",
        "layer_form = \"directory\"\nuser_namespace_layers = \"shifted\"",
        "layer_form = \"auto\"\nuser_namespace_layers = \"shifted\""
      })
  void rootInsideOwnsTheImageAndWhatItWrites(String settings) throws Exception {
    try (PrivateNode node = node("[image]\n" + settings + "\n")) {
      String image = TestImage.importInto(node);
      TestPod pod = pod(node);
      TestContainer one = pod.start(sleeper("one", image));

      assertThat(one.sh("stat -c %u:%g:%a / /bin/busybox /tmp /etc/hosts"))
          .isEqualTo("0:0:755\n0:0:755\n0:0:1777\n0:0:644");
      one.sh("echo more >> /etc/passwd; rm /bin/vi; touch /made; chown 5:6 /made; mv /root /moved");
      assertThat(
              one.sh("stat -c %u:%g /made /moved; tail -n 1 /etc/passwd; ls /bin/vi 2>&1 || true"))
          .startsWith("5:6\n0:0\nmore\n")
          .contains("No such file");
      TestContainer other = pod.start(sleeper("other", image));
      assertThat(other.sh("ls /bin/vi /root -d; cat /etc/passwd | wc -l"))
          .isEqualTo("/bin/vi\n/root\n1");

      TestContainer created = pod.create(sleeper("created", image));
      node.kill();
      node.startAgain();
      assertThat(one.sh("stat -c %u:%g /made")).isEqualTo("5:6");
      created.start();
      assertThat(created.sh("stat -c %u:%g /bin/busybox /tmp")).isEqualTo("0:0\n0:0");
      pod.remove();
      var _ = node.client().images().removeImage(LayerFormIT.remove(image));
    }
  }

  /**
   * Daemon and machine may go while owners are changed; whoever went on there would shift twice.
   */
  @Test
  void whatIsHalfShiftedIsBegunAnew() throws Exception {
    try (PrivateNode node = node(SHIFTED)) {
      String image = TestImage.importInto(node);
      TestPod pod = pod(node);
      TestContainer container = pod.create(sleeper("half", image));
      node.kill();
      Path snapshot = onlySnapshot();
      Files.move(snapshot.resolve("shifted"), snapshot.resolve("shifting"));
      node.startAgain();

      container.start();
      assertThat(container.sh("stat -c %u:%g / /bin/busybox")).isEqualTo("0:0\n0:0");
      assertThat(snapshot.resolve("shifting")).doesNotExist();
      pod.remove();
    }
  }

  @Test
  void whatNeedsMappedOwnersIsRefused() throws Exception {
    try (PrivateNode node = node(SHIFTED)) {
      String image = TestImage.importInto(node);
      TestPod pod = pod(node);
      ContainerConfig.Builder config = sleeper("volume", image);
      config
          .addMountsBuilder()
          .setContainerPath("/tools")
          .setReadonly(true)
          .setImage(ImageSpec.newBuilder().setImage(image));
      refusal(Status.Code.UNIMPLEMENTED, () -> pod.start(config));

      TestContainer container = pod.start(sleeper("committed", image));
      assertThatThrownBy(() ->
              Command.output(
                  Distribution.found().commandLine().toString(),
                  "--host=unix://" + node.socket(),
                  "commit",
                  container.id(),
                  "conformance.test/shifted:1"))
          .hasMessageContaining("user namespace");
      pod.remove();
    }
  }
}
