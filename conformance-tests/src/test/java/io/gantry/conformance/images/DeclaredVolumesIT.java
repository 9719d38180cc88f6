package io.gantry.conformance.images;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.IDMapping;
import io.gantry.api.cri.v1.Mount;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories for the volumes that an image declares. */
class DeclaredVolumesIT {

  private static final String IMAGE = "conformance.test/volumes:1";
  private static final String LOOK =
      "stat -c %u:%g:%a /data /data/own /data/run; readlink /data/link; cat /data/own";
  private static final String MOUNTED =
      "cut -d ' ' -f 2 /proc/mounts | grep -E '^/(data|empty)' | sort";
  private static final String AS_IN_THE_IMAGE = "7:8:1770\n5:6:640\n0:0:4755\nown\nwords";

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

  private TestPod pod(PrivateNode node, NamespaceOption options) throws Exception {
    Path logs = Files.createDirectories(directory.resolve("logs"));
    PodSandboxConfig.Builder config = Drafts.pod("volumes").setLogDirectory(logs.toString());
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(options);
    return TestPod.run(node.client(), config.build());
  }

  private static NamespaceOption plain() {
    return NamespaceOption.newBuilder().setPid(NamespaceMode.CONTAINER).build();
  }

  private static NamespaceOption mapped() {
    IDMapping.Builder ids = IDMapping.newBuilder().setHostId(500_000).setLength(65_536);
    return plain().toBuilder()
        .setUsernsOptions(
            UserNamespace.newBuilder().setMode(NamespaceMode.POD).addUids(ids).addGids(ids))
        .build();
  }

  private static ContainerConfig.Builder sleeper(
      String name, String image, NamespaceOption options) {
    ContainerConfig.Builder config = Drafts.script(name, image, "sleep 600");
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(options);
    return config;
  }

  /** One that declares /data, where it has files, and /empty and /data/below, where it has not. */
  private void makeImage(PrivateNode node) throws Exception {
    makeImage(node, "\"/data\", \"/empty\", \"data/../data/below\", \"/proc\"");
  }

  private void makeImage(PrivateNode node, String volumes) throws Exception {
    String base = TestImage.importInto(node);
    TestPod pod = pod(node, plain());
    TestContainer made = pod.start(sleeper("made", base, plain()));
    made.sh(
        "mkdir /data && cd /data && echo words > own && ln -s own link && cp /bin/busybox run"
            + " && chown 5:6 own && chmod 640 own && chmod 4755 run"
            + " && chown 7:8 . && chmod 1770 .");
    var _ =
        Command.output(
            Distribution.found().commandLine().toString(),
            "--host=unix://" + node.socket(),
            "commit",
            "--change",
            "VOLUME [" + volumes + "]",
            made.id(),
            IMAGE);
    pod.remove();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mapped", "shifted"})
  void eachContainerHasItsOwnWhichBeginWithTheImagesFiles(String owners) throws Exception {
    NamespaceOption options = owners.isEmpty() ? plain() : mapped();
    String settings =
        owners.isEmpty() ? "" : "[image]\nuser_namespace_layers = \"" + owners + "\"\n";
    try (PrivateNode node = node(settings)) {
      makeImage(node);
      TestPod pod = pod(node, options);
      TestContainer one = pod.start(sleeper("one", IMAGE, options));

      assertThat(one.sh(LOOK)).isEqualTo(AS_IN_THE_IMAGE);
      assertThat(one.sh(MOUNTED)).isEqualTo("/data\n/data/below\n/empty");
      one.sh("echo mine > /data/mine; chown 9:9 /data/mine; touch /empty/mine");
      TestContainer other = pod.start(sleeper("other", IMAGE, options));
      assertThat(other.sh("ls /data /empty; " + LOOK))
          .isEqualTo("/data:\nbelow\nlink\nown\nrun\n\n/empty:\n" + AS_IN_THE_IMAGE);

      TestContainer created = pod.create(sleeper("created", IMAGE, options));
      node.kill();
      node.startAgain();
      assertThat(one.sh("cat /data/mine; stat -c %u /data/mine")).isEqualTo("mine\n9");
      created.start();
      assertThat(created.sh(LOOK)).isEqualTo(AS_IN_THE_IMAGE);

      pod.remove();
      try (var left = Files.list(directory.resolve("root/images/snapshots"))) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void theRequestsOwnMountComesInstead() throws Exception {
    try (PrivateNode node = node("")) {
      makeImage(node);
      Path mine = Files.createDirectory(directory.resolve("mine"));
      Files.writeString(mine.resolve("file"), "of the node");
      TestPod pod = pod(node, plain());
      ContainerConfig.Builder config =
          sleeper("one", IMAGE, plain())
              .addMounts(
                  Mount.newBuilder().setHostPath(mine.toString()).setContainerPath("/data/"));
      TestContainer one = pod.start(config);

      assertThat(one.sh("ls /data")).isEqualTo("below\nfile");
      assertThat(one.sh("cat /data/file")).isEqualTo("of the node");
      pod.remove();
    }
  }

  @Test
  void oneWhereTheImageHasAFileIsRefused() throws Exception {
    try (PrivateNode node = node("")) {
      makeImage(node, "\"/etc/passwd\"");
      TestPod pod = pod(node, plain());

      assertThat(
              refusal(
                  Status.Code.INVALID_ARGUMENT, () -> pod.create(sleeper("one", IMAGE, plain()))))
          .contains("/etc/passwd", "declared_volumes");
      pod.remove();
    }
  }

  @Test
  void theyCanBeSwitchedOff() throws Exception {
    try (PrivateNode node = node("[image]\ndeclared_volumes = false\n")) {
      makeImage(node);
      TestPod pod = pod(node, plain());
      TestContainer one = pod.start(sleeper("one", IMAGE, plain()));

      assertThat(one.sh(LOOK)).isEqualTo(AS_IN_THE_IMAGE);
      assertThat(one.sh(MOUNTED)).isEmpty();
      pod.remove();
    }
  }
}
