package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.IDMapping;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.Int64Value;
import io.gantry.api.cri.v1.Mount;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.UserNamespace;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods whose root is nobody on the machine. */
@AboutGantry
class UserNamespaceIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static final int UIDS = 500_000;
  private static final int GIDS = 700_000;
  private static final int IDS = 65_536;

  private static IDMapping ids(int host) {
    return IDMapping.newBuilder().setHostId(host).setLength(IDS).build();
  }

  private static NamespaceOption.Builder mapped(NamespaceMode pid) {
    return NamespaceOption.newBuilder()
        .setPid(pid)
        .setUsernsOptions(
            UserNamespace.newBuilder()
                .setMode(NamespaceMode.POD)
                .addUids(ids(UIDS))
                .addGids(ids(GIDS)));
  }

  private static PodSandboxConfig.Builder draft(NamespaceOption.Builder options)
      throws IOException {
    PodSandboxConfig.Builder config = runtime.draft("mapped");
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(options);
    return config;
  }

  private static TestPod pod(NamespaceMode pid) throws IOException {
    return TestPod.run(runtime.client(), draft(mapped(pid)).build());
  }

  private static ContainerConfig.Builder script(String text, NamespaceMode pid) {
    String name = "c" + UUID.randomUUID();
    ContainerConfig.Builder config =
        Drafts.script(name, runtime.image(), text).setLogPath(name + ".log");
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(mapped(pid));
    return config;
  }

  private static ContainerConfig.Builder sleeper() {
    return script("sleep 600", NamespaceMode.CONTAINER);
  }

  @Test
  void theNodeSaysThatItHasThem() {
    assertThat(
            runtime
                .client()
                .runtime()
                .status(StatusRequest.getDefaultInstance())
                .getRuntimeHandlers(0)
                .getFeatures()
                .getUserNamespaces())
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"CONTAINER", "POD"})
  void rootInsideIsSomebodyElseOnTheMachine(NamespaceMode pid) throws Exception {
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestPod pod = pod(pid);
    TestContainer container = pod.start(mark.on(script("sleep 600", pid)));

    assertThat(container.sh("id -u; id -g")).isEqualTo("0\n0");
    assertThat(mark.process().status("Uid")).matches("500000(\\s500000){3}");
    assertThat(mark.process().status("Gid")).matches("700000(\\s700000){3}");
    assertThat(container.sh("cat /proc/self/uid_map").strip()).matches("0\\s+500000\\s+65536");
    assertThat(pod.status().getLinux().getNamespaces().getOptions()).isEqualTo(mapped(pid).build());
  }

  @Test
  void aCommandIsMappedAsTheContainerIs() throws Exception {
    TestContainer container = pod(NamespaceMode.CONTAINER).start(sleeper());

    assertThat(
            container.sh(
                "for n in user mnt net ipc uts pid cgroup; do"
                    + " test $(readlink /proc/self/ns/$n) = $(readlink /proc/1/ns/$n) || echo $n; done"))
        .isEmpty();
    assertThat(container.sh("cat /proc/self/oom_score_adj; grep CapEff /proc/self/status"))
        .isEqualTo(container.sh("cat /proc/1/oom_score_adj; grep CapEff /proc/1/status"));
    assertThat(container.sh("echo heard > /dev/stdout; echo lost > /dev/null")).isEqualTo("heard");
  }

  @Test
  void filesOfTheImageAndOfThePodBelongToRootInside() throws Exception {
    TestContainer container = pod(NamespaceMode.CONTAINER).start(sleeper());

    assertThat(
            container.sh(
                "stat -c %u:%g / /bin/busybox /etc /etc/hosts /etc/hostname"
                    + " /etc/resolv.conf /dev /dev/null /dev/pts /dev/shm"))
        .matches("(0:0\\n?){10}");
    container.sh("echo more >> /etc/hosts; touch /made /dev/shm/made; chown 5:6 /made");
    assertThat(container.sh("stat -c %u:%g /made")).isEqualTo("5:6");
  }

  @Test
  void anotherUserIsMappedTooAndCanWriteToItsOutputs() throws Exception {
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    ContainerConfig.Builder config =
        mark.on(script("id -u > /dev/stdout; sleep 600", NamespaceMode.CONTAINER));
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setRunAsUser(Int64Value.newBuilder().setValue(1000));
    TestContainer container = pod(NamespaceMode.CONTAINER).start(config);

    assertThat(mark.process().status("Uid")).startsWith("501000");
    assertThat(container.sh("id -u > /dev/stdout")).isEqualTo("1000");
    container.stop(Duration.ZERO);
    assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("1000\n");
  }

  @Test
  void aTerminalBelongsToIt() throws Exception {
    TestContainer container =
        pod(NamespaceMode.CONTAINER)
            .start(
                script("stat -c %u:%g /dev/console $(tty)", NamespaceMode.CONTAINER).setTty(true));
    container.ended();

    assertThat(LogFile.read(container.logFile()).text("stdout").replace("\r", ""))
        .isEqualTo("0:5\n0:5\n");
  }

  @Test
  void rootInsideMakesNoDevicesAndOwnsNothingOfTheMachine() throws Exception {
    ContainerConfig.Builder config = sleeper();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getCapabilitiesBuilder()
        .addAddCapabilities("ALL");
    TestContainer container = pod(NamespaceMode.CONTAINER).start(config);

    assertThat(container.sh("mknod /tmp/disk b 8 0 2>&1 || echo no")).contains("no");
    assertThat(container.sh("echo 1 2>&1 > /proc/sysrq-trigger || echo no")).contains("no");
    assertThat(container.sh("nsenter -t 1 -u hostname inside && hostname")).isEqualTo("inside");
    assertThat(container.sh("mount -t tmpfs none /mnt && stat -f -c %T /mnt")).isEqualTo("tmpfs");
  }

  @Test
  void nobodyLooksIntoAProcessOnItsWayIn() throws Exception {
    NamespaceMode shared = NamespaceMode.POD;
    TestPod pod = pod(shared);
    ContainerConfig.Builder config =
        script(
            "while :; do for p in /proc/[0-9]*; do"
                + " ls $p/root/usr $p/cwd/usr >> /seen 2>/dev/null;"
                + " ls -l $p/fd $p/ns 2>/dev/null | grep -E 'net:|/run/|memfd' > /dev/null"
                + " && grep -q '^gantry-shim' $p/cmdline && echo $p >> /seen; done; touch /looked; done",
            shared);
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getCapabilitiesBuilder()
        .addAddCapabilities("ALL");
    TestContainer watcher = pod.start(config);

    for (int i = 0; i < 20; i++) {
      pod.start(script("exit 0", shared)).ended();
    }

    assertThat(watcher.sh("ls /looked; cat /seen")).isEqualTo("/looked");
    assertThat(watcher.sh("ls /proc/1/root 2>&1 || true")).contains("ermission denied");
  }

  @Test
  void aVolumeWithMappingsShowsAndTakesOwnersAsTheyAreInside() throws Exception {
    Path volume = Files.createDirectory(runtime.directory().resolve("v" + UUID.randomUUID()));
    Files.writeString(volume.resolve("given"), "x");
    ContainerConfig.Builder config =
        sleeper()
            .addMounts(
                Mount.newBuilder()
                    .setHostPath(volume.toString())
                    .setContainerPath("/mapped")
                    .addUidMappings(ids(UIDS))
                    .addGidMappings(ids(GIDS)))
            .addMounts(
                Mount.newBuilder().setHostPath(volume.toString()).setContainerPath("/plain"));
    TestContainer container = pod(NamespaceMode.CONTAINER).start(config);

    assertThat(container.sh("stat -c %u:%g /mapped/given /plain/given"))
        .isEqualTo("0:0\n65534:65534");
    container.sh("echo y > /mapped/made; chown 7:8 /mapped/made");
    assertThat(Files.getAttribute(volume.resolve("made"), "unix:uid")).isEqualTo(7);
    assertThat(Files.getAttribute(volume.resolve("made"), "unix:gid")).isEqualTo(8);
    assertThat(container.exec("/bin/touch", "/plain/denied").getExitCode()).isNotZero();
  }

  @Test
  void anImageVolumeBelongsToRootInside() throws Exception {
    ContainerConfig.Builder config = sleeper();
    config
        .addMountsBuilder()
        .setContainerPath("/tools")
        .setReadonly(true)
        .setImage(ImageSpec.newBuilder().setImage(runtime.image()));
    TestContainer container = pod(NamespaceMode.CONTAINER).start(config);
    assertThat(container.sh("stat -c %u:%g /tools/bin/busybox")).isEqualTo("0:0");
    assertThat(container.sh("/tools/bin/busybox echo works")).isEqualTo("works");
  }

  @Test
  void aPodOutlivesTheDaemonWithItsUserNamespace() throws Exception {
    PrivateNode node = runtime.node();
    TestPod pod = pod(NamespaceMode.CONTAINER);
    TestContainer before = pod.start(sleeper());
    TestContainer created = pod.create(sleeper());
    String namespace = before.sh("readlink /proc/self/ns/user");

    node.kill();
    node.startAgain();

    assertThat(before.sh("readlink /proc/self/ns/user; stat -c %u /bin"))
        .isEqualTo(namespace + "\n0");
    created.start();
    assertThat(created.sh("readlink /proc/self/ns/user; stat -c %u /bin"))
        .isEqualTo(namespace + "\n0");
    assertThat(pod.start(sleeper()).sh("readlink /proc/self/ns/user")).isEqualTo(namespace);
  }

  @Test
  void anImageMadeOfItHasTheOwnersFromInside() throws Exception {
    TestContainer container = pod(NamespaceMode.CONTAINER).start(sleeper());
    container.sh("touch /roots /others; chown 9:10 /others; rm /etc/passwd");
    String name = "conformance.test/unmapped:1";
    String socket = "--host=unix://" + runtime.node().socket();
    String program = Distribution.found().commandLine().toString();

    var _ = Command.output(program, socket, "commit", container.id(), name);
    try {
      ContainerConfig.Builder config = Drafts.script("unmapped", name, "sleep 600");
      TestContainer plain = runtime.pod("plain").start(config);
      assertThat(plain.sh("stat -c %u:%g / /roots /others; ls /etc/passwd 2>&1 || true"))
          .startsWith("0:0\n0:0\n9:10\n")
          .contains("No such file");
      plain.remove();
    } finally {
      var _ = Command.output(program, socket, "rmi", name);
    }
  }

  @Test
  void whatCannotBeMappedIsRefused() throws Exception {
    refusal(
        Status.Code.INVALID_ARGUMENT,
        () -> run(mapped(NamespaceMode.CONTAINER).setNetwork(NamespaceMode.NODE)));
    refusal(Status.Code.INVALID_ARGUMENT, () -> run(mapped(NamespaceMode.NODE)));
    NamespaceOption.Builder twice = mapped(NamespaceMode.CONTAINER);
    twice.getUsernsOptionsBuilder().addUids(ids(600_000));
    refusal(Status.Code.INVALID_ARGUMENT, () -> run(twice));

    TestPod pod = pod(NamespaceMode.CONTAINER);
    ContainerConfig.Builder other = sleeper();
    other
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .getUsernsOptionsBuilder()
        .setUids(0, ids(600_000));
    refusal(Status.Code.INVALID_ARGUMENT, () -> pod.create(other));
    ContainerConfig.Builder volume =
        sleeper()
            .addMounts(
                Mount.newBuilder()
                    .setHostPath("/tmp")
                    .setContainerPath("/t")
                    .addUidMappings(ids(600_000))
                    .addGidMappings(ids(GIDS)));
    refusal(Status.Code.INVALID_ARGUMENT, () -> pod.create(volume));
  }

  private static void run(NamespaceOption.Builder options) throws IOException {
    var _ = TestPod.run(runtime.client(), draft(options).build());
  }
}
