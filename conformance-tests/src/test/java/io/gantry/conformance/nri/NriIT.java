package io.gantry.conformance.nri;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.nri.v1alpha1.Container;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.CreateContainerRequest;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.UpdateContainersRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.PrivateNode;
import io.grpc.Status;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real plugins at the real socket of a real daemon. */
class NriIT {

  private static final long MIB = 1 << 20;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private final List<TestPlugin> plugins = new ArrayList<>();
  private final HostProcess.Mark mark = HostProcess.Mark.fresh();

  @AfterEach
  void leave() throws Exception {
    for (TestPlugin plugin : plugins) {
      plugin.close();
    }
  }

  private static Path socket() {
    Path socket = runtime.node().stateDirectories().getFirst().resolve("nri.sock");
    assertThat(socket).exists();
    return socket;
  }

  private TestPlugin plugin() throws Exception {
    TestPlugin plugin = TestPlugin.connectedTo(socket());
    plugins.add(plugin);
    return plugin;
  }

  private static ContainerAdjustment adjustment(String text) throws Exception {
    return TextFormat.parse(text, ContainerAdjustment.class);
  }

  private ContainerConfig.Builder sleeper(String name) {
    return mark.on(Drafts.script(name, runtime.image(), "sleep 600"))
        .addEnvs(KeyValue.newBuilder().setKey("GONE").setValue(ByteString.copyFromUtf8("not yet")));
  }

  private static String daemonLog() throws Exception {
    return Files.readString(runtime.node().daemonLog());
  }

  @Test
  void aContainerHasWhatAPluginGivesIt() throws Exception {
    Path library = Files.createDirectory(runtime.directory().resolve("library"));
    Files.writeString(library.resolve("lib.so"), "code");
    List<Container> asked = new CopyOnWriteArrayList<>();
    ContainerAdjustment wanted =
        adjustment(
            """
            env { key: 'GIVEN' value: 'by a plugin' }
            env { key: '-GONE' }
            mounts { destination: '/opt/library' source: '%s' type: 'bind' options: 'ro' }
            rlimits { type: 'RLIMIT_CORE' soft: 512000 hard: 1024000 }
            args: '/bin/sh' args: '-c' args: 'echo started; exec sleep 601'
            linux {
              devices { path: '/dev/nothing' type: 'c' major: 1 minor: 3 }
              resources { memory { limit { value: %d } } cpu { shares { value: 256 } } }
            }
            """
                .formatted(library, 64 * MIB));
    plugin()
        .on(
            "CreateContainer",
            question -> {
              asked.add(CreateContainerRequest.parseFrom(question).getContainer());
              return CreateContainerResponse.newBuilder().setAdjust(wanted).build();
            })
        .join("10", "giver");
    TestPod pod = runtime.pod("adjusted");

    TestContainer container =
        pod.start(sleeper("app").putLabels("of", "the request").putAnnotations("kept", "yes"));

    assertThat(asked)
        .singleElement()
        .satisfies(seen -> {
          assertThat(seen.getId()).isEqualTo(container.id());
          assertThat(seen.getPodSandboxId()).isEqualTo(pod.id());
          assertThat(seen.getName()).isEqualTo("app");
          assertThat(seen.getLabelsMap()).containsEntry("of", "the request");
          assertThat(seen.getAnnotationsMap()).containsEntry("kept", "yes");
          assertThat(seen.getArgsList()).containsExactly("/bin/sh", "-c", "sleep 600");
          assertThat(seen.getEnvList()).contains("GONE=not yet");
        });
    assertThat(container.sh("echo $GIVEN; echo ${GONE:-gone}; cat /opt/library/lib.so"))
        .isEqualTo("by a plugin\ngone\ncode");
    assertThat(container.sh("touch /opt/library/x 2>&1 || true")).contains("Read-only");
    assertThat(container.sh("ulimit -Sc; ulimit -Hc")).isEqualTo("1000\n2000");
    assertThat(container.sh("echo lost > /dev/nothing; wc -c < /dev/nothing")).isEqualTo("0");
    assertThat(container.sh("tr '\\0' ' ' < /proc/1/cmdline")).isEqualTo("sleep 601");
    assertThat(mark.process().cgroupFile("memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo(Long.toString(64 * MIB));
    var told = container.status();
    assertThat(told.getResources().getLinux().getMemoryLimitInBytes()).isEqualTo(64 * MIB);
    assertThat(told.getAnnotationsMap()).containsOnlyKeys("kept");
  }

  @Test
  void whatAPluginGaveStaysOverARestartOfTheDaemon() throws Exception {
    PrivateNode node = runtime.node();
    plugin().adjusting(adjustment("env { key: 'GIVEN' value: '1' }")).join("10", "giver");
    TestContainer container = runtime.pod("kept").create(sleeper("app"));

    node.kill();
    node.startAgain();
    container.start();

    assertThat(container.sh("echo $GIVEN")).isEqualTo("1");
  }

  @Test
  void aWholeLifeIsToldInOrder() throws Exception {
    TestPlugin plugin = plugin().join("10", "witness");

    TestPod pod = runtime.pod("life");
    TestContainer container = pod.start(sleeper("app"));
    container.stop(Duration.ZERO);
    container.remove();
    pod.stop();
    pod.remove();

    assertThat(plugin.told())
        .containsExactly(
            "RunPodSandbox life",
            "CreateContainer app",
            "ValidateContainerAdjustment app",
            "PostCreateContainer app",
            "StartContainer app",
            "PostStartContainer app",
            "StopContainer app",
            "RemoveContainer app",
            "StopPodSandbox life",
            "RemovePodSandbox life");
    assertThat(plugin.configuration().getRuntimeName()).isEqualTo("gantry");
    assertThat(plugin.configuration().getRuntimeVersion()).isNotEmpty();
  }

  @Test
  void anEndThatNobodyAskedForIsToldToo() throws Exception {
    TestPlugin plugin = plugin().join("10", "witness");
    TestPod pod = runtime.pod("end");

    pod.start(Drafts.script("short", runtime.image(), "exit 3")).ended();

    Awaitility.await().until(() -> plugin.told().contains("StopContainer short"));
    pod.remove();
    assertThat(plugin.told())
        .containsSubsequence(
            "StartContainer short",
            "StopContainer short",
            "StopPodSandbox end",
            "RemoveContainer short",
            "RemovePodSandbox end");
  }

  @Test
  void whatTwoPluginsBothSetIsRefusedAndLeavesNothing() throws Exception {
    plugin().adjusting(adjustment("env { key: 'X' value: '1' }")).join("10", "one");
    TestPlugin two = plugin().adjusting(adjustment("env { key: 'X' value: '2' }"));
    two.join("20", "two");
    TestPod pod = runtime.pod("conflict");

    assertThat(refusal(Status.Code.INVALID_ARGUMENT, () -> pod.create(sleeper("app"))))
        .contains("NRI plugins 10-one and 20-two both set Env X of container ");
    assertThat(
            runtime
                .client()
                .runtime()
                .listContainers(ListContainersRequest.getDefaultInstance())
                .getContainersList())
        .isEmpty();
    two.close();
    assertThat(pod.start(sleeper("app")).sh("echo $X")).isEqualTo("1");
  }

  @Test
  void whatGantryDoesNotServeIsRefusedByName() throws Exception {
    plugin()
        .adjusting(adjustment("linux { sysctl { key: 'net.ipv4.ip_forward' value: '1' } }"))
        .join("10", "tuner");
    TestPod pod = runtime.pod("unserved");

    assertThat(refusal(Status.Code.UNIMPLEMENTED, () -> pod.create(sleeper("app"))))
        .contains("NRI plugin 10-tuner asks for linux.sysctl, which Gantry does not change");
  }

  @Test
  void aPodThatAPluginRefusesLeavesNothingAndCanBeRunAgain() throws Exception {
    TestPlugin plugin = plugin();
    plugin
        .on(
            "RunPodSandbox",
            _ -> {
              throw new IllegalStateException("full");
            })
        .join("10", "doorman");

    assertThat(refusal(Status.Code.FAILED_PRECONDITION, () -> runtime.pod("guest")))
        .contains("NRI plugin 10-doorman refuses RunPodSandbox: full");
    assertThat(runtime.podsOfTests()).isEmpty();
    assertThat(runtime.beyondIdle().isEmpty()).isTrue();
    assertThat(plugin.told()).containsExactly("RunPodSandbox guest", "RemovePodSandbox guest");
    plugin.on("RunPodSandbox", _ -> Empty.getDefaultInstance());
    assertThat(runtime.pod("guest").ip()).isNotEmpty();
  }

  @Test
  void aPluginThatHangsIsDroppedAndNamedAndEverythingGoesOn() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    TestPlugin hanging =
        plugin()
            .on(
                "CreateContainer",
                _ -> {
                  never.await();
                  return Empty.getDefaultInstance();
                });
    hanging.join("10", "sleepy");
    plugin().adjusting(adjustment("env { key: 'X' value: '2' }")).join("20", "lively");
    TestPod pod = runtime.pod("patient");

    assertThat(pod.start(sleeper("app")).sh("echo $X")).isEqualTo("2");

    assertThat(hanging.ends()).isTrue();
    assertThat(daemonLog())
        .contains("NRI plugin 10-sleepy is dropped: no answer to CreateContainer within 2000 ms");
    never.countDown();
  }

  @Test
  void aPluginThatIsKilledKeepsNobody() throws Exception {
    Process process =
        new ProcessBuilder(
                PluginProgram.command(
                    socket().toString(), "10", "mortal", "env { key: 'X' value: '1' }"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("joined");
      TestPod pod = runtime.pod("survivor");
      assertThat(pod.start(sleeper("before")).sh("echo $X")).isEqualTo("1");

      process.destroyForcibly().waitFor();

      assertThat(pod.start(sleeper("after")).sh("echo ${X:-nothing}")).isEqualTo("nothing");
      Awaitility.await().until(() -> daemonLog().contains("NRI plugin 10-mortal is"));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void afterTheDeathOfTheDaemonAPluginComesBackAndIsToldWhatThereIs() throws Exception {
    PrivateNode node = runtime.node();
    TestPlugin before = plugin().adjusting(adjustment("env { key: 'X' value: '1' }"));
    before.join("10", "faithful");
    TestPod pod = runtime.pod("remembered");
    TestContainer running = pod.start(sleeper("running"));
    TestContainer created = pod.create(sleeper("created"));
    TestContainer ended = pod.start(Drafts.script("ended", runtime.image(), "exit 4"));
    ended.ended();

    node.kill();
    assertThat(before.ends()).isTrue();
    node.startAgain();
    TestPlugin after = plugin().join("10", "faithful");

    assertThat(after.found().getPodsList()).extracting(PodSandbox::getId).containsExactly(pod.id());
    assertThat(after.found().getPods(0).getIpsList()).containsExactly(pod.ip());
    assertThat(after.found().getContainersList())
        .extracting(seen -> seen.getId() + " " + seen.getState() + " " + seen.getExitCode())
        .containsExactlyInAnyOrder(
            running.id() + " CONTAINER_RUNNING 0",
            created.id() + " CONTAINER_CREATED 0",
            ended.id() + " CONTAINER_STOPPED 4");
    assertThat(after.found().getContainersList())
        .filteredOn(seen -> seen.getId().equals(running.id()))
        .singleElement()
        .satisfies(seen -> {
          assertThat(seen.getPid()).isEqualTo((int) mark.process().pid());
          assertThat(seen.getEnvList()).contains("X=1");
        });
    running.stop(Duration.ZERO);
    assertThat(after.told()).containsExactly("StopContainer running");
  }

  @Test
  void aPluginChangesAndEvictsWhatRuns() throws Exception {
    TestPod pod = runtime.pod("changed");
    TestContainer container = pod.start(sleeper("app"));
    TestPlugin plugin = plugin().join("10", "busy");
    UpdateContainersRequest.Builder request = UpdateContainersRequest.newBuilder();
    request
        .addUpdateBuilder()
        .setContainerId(container.id())
        .getLinuxBuilder()
        .getResourcesBuilder()
        .getMemoryBuilder()
        .getLimitBuilder()
        .setValue(128 * MIB);
    request.addUpdateBuilder().setContainerId("nobody");

    assertThat(plugin.update(request.build()).getFailedList())
        .extracting(failed -> failed.getContainerId())
        .containsExactly("nobody");

    assertThat(mark.process().cgroupFile("memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo(Long.toString(128 * MIB));
    UpdateContainersRequest.Builder eviction = UpdateContainersRequest.newBuilder();
    eviction.addEvictBuilder().setContainerId(container.id()).setReason("too loud");
    var _ = plugin.update(eviction.build());
    assertThat(container.ended().getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    Awaitility.await().until(() -> plugin.told().contains("StopContainer app"));
    assertThat(daemonLog()).contains("evicts container=" + container.id() + ": too loud");
  }

  /** A plugin that is installed with a pid that is written down and a child that hides from it. */
  private static Path install(String name, String adjustment) throws Exception {
    Path home = runtime.node().stateDirectories().getFirst().resolve("nri");
    Path pids = runtime.directory().resolve(name + ".pids");
    Path program = Files.createDirectories(home.resolve("plugins")).resolve(name);
    List<String> command = PluginProgram.command("-", "99", "whatever", adjustment);
    String words =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    Files.writeString(
        program,
        "#!/bin/sh\nPATH=/usr/bin:/bin\nsetsid sleep 600 <&- >&- 2>&- 3>&- &\necho $$ $! >> "
            + pids
            + "\nexec "
            + words
            + " <&3\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return pids;
  }

  /** Of the program and what it has started, last. */
  private static List<ProcessHandle> processes(Path pids) throws Exception {
    return Arrays.stream(Files.readAllLines(pids).getLast().split(" "))
        .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
        .toList();
  }

  private static void awaitEnds(List<ProcessHandle> processes) {
    Awaitility.await().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
  }

  private static void uninstall(String name) throws Exception {
    Path home = runtime.node().stateDirectories().getFirst().resolve("nri");
    Files.delete(home.resolve("plugins").resolve(name));
    Files.delete(home.resolve("plugins"));
    Files.delete(home);
    runtime.node().terminate();
    runtime.node().startAgain();
  }

  @Test
  void anInstalledPluginIsThereBeforeTheFirstContainer() throws Exception {
    Path pids = install("10-first", "env { key: 'X' value: 'installed' }");
    try {
      runtime.node().terminate();
      runtime.node().startAgain();

      assertThat(runtime.pod("early").start(sleeper("app")).sh("echo $X")).isEqualTo("installed");

      assertThat(processes(pids)).allMatch(ProcessHandle::isAlive);
      assertThat(daemonLog())
          .contains("NRI plugin 10-first is served", "NRI plugin 10-first prints: joined");
    } finally {
      uninstall("10-first");
    }
    awaitEnds(
        Arrays.stream(Files.readString(pids).strip().split("\\s+"))
            .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
            .toList());
  }

  @Test
  void anInstalledPluginThatDiesIsBegunAgain() throws Exception {
    Path pids = install("20-mortal", "env { key: 'X' value: 'again' }");
    try {
      runtime.node().terminate();
      runtime.node().startAgain();
      List<ProcessHandle> before = processes(pids);

      before.getFirst().destroyForcibly();

      awaitEnds(before);
      Awaitility.await()
          .until(() -> daemonLog().split("NRI plugin 20-mortal is served", -1).length == 3);
      assertThat(daemonLog())
          .contains(
              "NRI plugin 20-mortal has ended with status 137",
              "NRI plugin 20-mortal is started again in 1000 ms");
      assertThat(runtime.pod("later").start(sleeper("app")).sh("echo $X")).isEqualTo("again");
    } finally {
      uninstall("20-mortal");
    }
  }

  @Test
  void anInstalledPluginEndsWithTheDaemon() throws Exception {
    Path pids = install("30-bound", "env { key: 'X' value: 'bound' }");
    try {
      runtime.node().terminate();
      runtime.node().startAgain();
      List<ProcessHandle> ofTheFirst = processes(pids);
      assertThat(ofTheFirst).hasSize(2).allMatch(ProcessHandle::isAlive);

      runtime.node().kill();
      awaitEnds(ofTheFirst);

      runtime.node().startAgain();
      List<ProcessHandle> ofTheSecond = processes(pids);
      runtime.node().terminate();
      awaitEnds(ofTheSecond);
      runtime.node().startAgain();
    } finally {
      uninstall("30-bound");
    }
  }
}
