package io.gantry.conformance.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Devices that a vendor's files describe (CRI ContainerConfig.CDI_devices), and hooks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CdiIT {

  private Path directory;
  private PrivateNode node;
  private String image;
  private int pods;
  private final List<TestPod> made = new ArrayList<>();

  private String spec() {
    return """
    cdiVersion: 1.0.0
    kind: vendor.com/card
    containerEdits:
      env: [CARDS=some]
    devices:
      - name: zero
        containerEdits:
          deviceNodes:
            - {path: /dev/card0, hostPath: /dev/zero, permissions: r}
            - {path: /dev/card1, hostPath: /dev/loop-control, permissions: r, fileMode: 438}
          mounts:
            - {hostPath: %1$s/library, containerPath: /opt/card, options: [ro, bind]}
          additionalGids: [4242]
          hooks:
            - {hookName: createRuntime, path: %1$s/hook, args: [hook, runtime]}
            - {hookName: createContainer, path: %1$s/hook, args: [hook, container]}
            - {hookName: startContainer, path: /bin/sh, args: [sh, -c, "cat > /tmp/started; id -u >> /tmp/started"]}
      - name: broken
        containerEdits:
          hooks:
            - {hookName: createContainer, path: %1$s/refuse, args: [refuse]}
    """
        .formatted(directory);
  }

  /** Finds the root in the bundle, as the hooks of vendors do. */
  private String hook() {
    return """
    #!/bin/sh
    state=$(cat)
    bundle=${state#*\\"bundle\\":\\"}
    bundle=${bundle%%%%\\"*}
    root=$(sed 's/.*"root":{"path":"\\([^"]*\\)".*/\\1/' "$bundle/config.json")
    [ "$1" = container ] && ls "$root/opt/card" > "$root/tmp/seen"
    echo "$1 $state $(readlink /proc/self/ns/net) $(readlink /proc/self/ns/mnt)" >> %s/said
    """
        .formatted(directory);
  }

  @BeforeAll
  void start(@TempDir Path fresh) throws Exception {
    directory = fresh;
    Path cdi = Files.createDirectory(directory.resolve("cdi"));
    Path library = Files.createDirectory(directory.resolve("library"));
    Files.writeString(library.resolve("card.so"), "");
    script("hook", hook());
    script("refuse", "#!/bin/sh\necho the card is on fire >&2\nexit 5\n");
    Files.writeString(cdi.resolve("card.yaml"), spec());
    Files.writeString(
        Files.createDirectory(directory.resolve("hooks.d")).resolve("log.json"),
        """
        {"version": "1.0.0", "hook": {"path": "%s/hook", "args": ["hook", "asked"]},
         "when": {"commands": ["^/?(bin/)?watched$"]}, "stages": ["createRuntime"]}
        """
            .formatted(directory));
    Files.createDirectory(directory.resolve("node"));
    node =
        PrivateNode.startWith(
            Distribution.found(),
            directory.resolve("node"),
            "[cdi]\ndirectories = [\"%s\"]\n[hooks]\ndirectories = [\"%s\"]\n"
                .formatted(cdi, directory.resolve("hooks.d")));
    image = TestImage.importInto(node);
  }

  @AfterAll
  void stop() throws Exception {
    node.close();
  }

  @AfterEach
  void removePods() throws IOException {
    made.forEach(TestPod::remove);
    made.clear();
    Files.deleteIfExists(directory.resolve("said"));
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private TestPod pod(NamespaceMode pids) throws IOException {
    Path logs = Files.createDirectory(directory.resolve("logs" + pods));
    PodSandboxConfig.Builder config = Drafts.pod("cards" + pods++).setLogDirectory(logs.toString());
    config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder().setPid(pids);
    TestPod pod = TestPod.run(node.client(), config.build());
    made.add(pod);
    return pod;
  }

  private ContainerConfig.Builder asking(String device, NamespaceMode pids) {
    ContainerConfig.Builder config = Drafts.script("card", image, "sleep 600");
    config.addCDIDevicesBuilder().setName("vendor.com/card=" + device);
    config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder().setPid(pids);
    return config;
  }

  private void has(TestContainer container) {
    assertThat(container.sh("echo $CARDS; ls /opt/card; id -G; head -c 3 /dev/card0 | wc -c"))
        .isEqualTo("some\ncard.so\n0 4242\n3");
    assertThat(container.sh("exec 3< /dev/card1; (exec 3> /dev/card1) 2>&1 || echo no"))
        .contains("Operation not permitted");
    assertThat(container.sh("touch /opt/card/x 2>&1 || true")).contains("Read-only");
    assertThat(container.sh("cat /tmp/seen")).isEqualTo("card.so");
    assertThat(container.sh("cat /tmp/started"))
        .startsWith("{\"ociVersion\":")
        .contains("\"id\":\"" + container.id() + "\"", "\"status\":\"created\"")
        .endsWith("}0");
  }

  @Test
  void aContainerHasWhatTheDeviceBringsAndKeepsItOverARestartOfTheDaemon() throws Exception {
    TestPod pod = pod(NamespaceMode.CONTAINER);
    TestContainer container = pod.create(asking("zero", NamespaceMode.CONTAINER));
    node.kill();
    node.startAgain();
    container.start();
    has(container);
    String said = Files.readString(directory.resolve("said"));
    String machine =
        Files.readSymbolicLink(Path.of("/proc/self/ns/net"))
            + " "
            + Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"));
    assertThat(said.lines()).hasSize(2);
    assertThat(said.lines().toList().getFirst()).startsWith("runtime {").endsWith(machine);
    assertThat(said.lines().toList().getLast())
        .startsWith("container {")
        .contains("\"pid\":1}")
        .doesNotContain(machine);
  }

  @Test
  void itWorksInASharedPidNamespaceToo() throws Exception {
    TestPod pod = pod(NamespaceMode.POD);
    has(pod.start(asking("zero", NamespaceMode.POD)));
  }

  @Test
  void aHookThatFailsFailsTheStartAndSaysWhy() throws Exception {
    TestPod pod = pod(NamespaceMode.CONTAINER);
    TestContainer container = pod.create(asking("broken", NamespaceMode.CONTAINER));
    assertThatThrownBy(container::start)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(directory + "/refuse: ECANCELED (exit 5: the card is on fire)");
    assertThat(container.status().getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
  }

  @Test
  void anAdministratorsHookRunsForTheProgramsThatItIsFor() throws Exception {
    TestPod pod = pod(NamespaceMode.CONTAINER);
    assertThatThrownBy(pod.create(Drafts.container("watched", image, "watched"))::start)
        .hasMessageContaining("watched");
    pod.start(Drafts.script("other", image, "sleep 600"));
    assertThat(Files.readString(directory.resolve("said")).lines())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("asked {");
  }

  @Test
  void aDeviceThatNobodyDescribesIsRefused() throws Exception {
    TestPod pod = pod(NamespaceMode.CONTAINER);
    assertThatThrownBy(() -> pod.create(asking("none", NamespaceMode.CONTAINER)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND))
        .hasMessageContaining("vendor.com/card=none");
  }
}
