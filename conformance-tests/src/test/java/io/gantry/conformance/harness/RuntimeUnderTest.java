package io.gantry.conformance.harness;

import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.leak.LeakCheck;
import io.gantry.conformance.leak.MachineState;
import io.gantry.conformance.leak.Scope;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The runtime that a class of tests talks to. Without further ado a private gantryd, started for
 * the class, which must leave nothing behind; with {@code -Dcri.endpoint=unix:///...} whatever
 * listens there, with the image that {@code -Dcri.image=} names. {@code
 * -Dgantry.cgroup.driver=systemd} has systemd make the control groups of private ones.
 *
 * <p>The pods of a test are removed after it, whether or not it succeeded.
 */
public final class RuntimeUnderTest
    implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

  private static final Duration LEAVING = Duration.ofSeconds(20);
  private static final String NAMESPACE = "conformance";
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(RuntimeUnderTest.class);
  private static final String VERSION = "version";

  private static final String SYSTEMD = "systemd";

  private final String cgroupDriver;
  private final AtomicInteger pods = new AtomicInteger();
  private @Nullable Path directory;
  private @Nullable CriClient client;
  private @Nullable PrivateNode node;
  private @Nullable LeakCheck machine;
  private @Nullable LeakCheck idle;
  private String image = "";

  public RuntimeUnderTest() {
    this(System.getProperty("gantry.cgroup.driver", PrivateNode.CGROUPFS));
  }

  private RuntimeUnderTest(String cgroupDriver) {
    this.cgroupDriver = cgroupDriver;
  }

  /** One that has systemd make its control groups; skipped where there is none to do it. */
  public static RuntimeUnderTest withSystemd() {
    return new RuntimeUnderTest(SYSTEMD);
  }

  private void assumeDriver() {
    if (cgroupDriver.equals(SYSTEMD)) {
      Assumptions.assumeTrue(
          Files.isDirectory(Path.of("/run/systemd/system"))
              && Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")),
          "no systemd with control groups of version 2");
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    String endpoint = System.getProperty("cri.endpoint", "");
    assumeDriver();
    directory = Files.createTempDirectory("gantry-it");
    if (endpoint.isEmpty()) {
      startPrivateNode();
    } else {
      useForeign(endpoint);
    }
    VersionResponse version = client().runtime().version(VersionRequest.getDefaultInstance());
    context.getStore(STORE).put(VERSION, version);
  }

  /** What the runtime of a test says of itself. */
  static VersionResponse versionIn(ExtensionContext context) {
    return context
        .getStore(STORE)
        .getOrDefault(VERSION, VersionResponse.class, VersionResponse.getDefaultInstance());
  }

  private void useForeign(String endpoint) {
    client = CriClient.of(endpoint);
    image = System.getProperty("cri.image", "docker.io/library/busybox:latest");
    ImageSpec wanted = ImageSpec.newBuilder().setImage(image).build();
    ImageStatusRequest question = ImageStatusRequest.newBuilder().setImage(wanted).build();
    if (!client().images().imageStatus(question).hasImage()) {
      var _ = client().images().pullImage(PullImageRequest.newBuilder().setImage(wanted).build());
    }
  }

  private void startPrivateNode() throws Exception {
    machine = LeakCheck.startingNow(Scope.of(List.of()));
    PrivateNode started =
        PrivateNode.startWithDriver(Distribution.found(), directory(), cgroupDriver);
    node = started;
    client = started.client();
    image = TestImage.importInto(started);
    // The first pod makes what the node keeps, such as its bridge: only what comes on top is a
    // leak.
    TestPod first = TestPod.run(client(), Drafts.pod("first").build());
    first.start(Drafts.script("first", image, "exit 0"));
    first.remove();
    // The kernel gives the bridge its link-local address a while after the first pod came, and a
    // hierarchy gets its root directory from the first container that needs it. The keeper of
    // mounts may have got another pid; a second one would be left when the node is gone.
    Pattern ofNode =
        Pattern.compile(
            "%1$s fe[89ab]|/sys/fs/cgroup/([^/]+/)?%1$s$|gantry-shim keep %2$s/"
                .formatted(started.name(), directory()));
    idle = LeakCheck.startingNow(Scope.of(started.stateDirectories()).without(ofNode));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (client == null) {
      return;
    }
    for (PodSandbox pod : podsOfTests()) {
      TestPod left = new TestPod(client(), PodSandboxConfig.getDefaultInstance(), pod.getId());
      if (node == null) {
        removeAsKubeletDoes(left);
      } else {
        left.remove();
      }
    }
  }

  /** Asks again when it was refused: others may fail once at a pod whose making was given up. */
  private static void removeAsKubeletDoes(TestPod pod) {
    Awaitility.await("removal of pod " + pod.id())
        .atMost(LEAVING)
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> {
          pod.remove();
          return true;
        });
  }

  /** The pods that tests have made and not removed. */
  public List<PodSandbox> podsOfTests() {
    return client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList()
        .stream()
        .filter(pod -> pod.getMetadata().getNamespace().equals(NAMESPACE))
        .toList();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (directory == null) {
      return; // left out before anything was begun
    }
    PrivateNode running = node;
    if (running == null) {
      if (client != null) {
        client.close();
      }
      removeDirectory();
      return;
    }
    MachineState beyondIdle = Objects.requireNonNull(idle).leftAfter(LEAVING);
    String log = Files.readString(running.daemonLog());
    running.close();
    removeDirectory();
    MachineState beyondStart = Objects.requireNonNull(machine).leftAfter(LEAVING);
    if (!beyondIdle.isEmpty() || !beyondStart.isEmpty()) {
      throw new AssertionError(
          "left when all pods were gone:%n%s%nleft when the node was gone:%n%s%nits log:%n%s"
              .formatted(beyondIdle, beyondStart, log));
    }
  }

  private void removeDirectory() throws IOException {
    try (var paths = Files.walk(directory())) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** A directory of this class of tests. */
  public Path directory() {
    return Objects.requireNonNull(directory);
  }

  public CriClient client() {
    return Objects.requireNonNull(client);
  }

  /** An image with a static busybox and nothing else. */
  public String image() {
    return image;
  }

  /** The daemon itself, for tests that do something to it; skipped with a foreign endpoint. */
  public PrivateNode node() {
    Assumptions.assumeTrue(node != null, "the endpoint is not ours to kill");
    return Objects.requireNonNull(node);
  }

  /**
   * What is there beyond what an idle node has; of a runtime that is not ours nobody can tell, so
   * nothing.
   */
  public MachineState beyondIdle() throws IOException, InterruptedException {
    LeakCheck ours = idle;
    return ours == null ? MachineState.EMPTY : ours.leftAfter(LEAVING);
  }

  /**
   * Waits for a container's end and for its log. Gantry's is complete when the end is told; others
   * go on writing for a moment.
   */
  public void logged(TestContainer container) throws IOException, InterruptedException {
    container.ended();
    if (node == null) {
      long[] size = {-1};
      Awaitility.await()
          .pollInterval(Duration.ofMillis(250))
          .until(() -> size[0] == (size[0] = Files.size(container.logFile())));
    }
  }

  /** A draft of a pod that has a directory for logs. */
  public PodSandboxConfig.Builder draft(String name) throws IOException {
    Path logs = directory().resolve("logs").resolve(name + "-" + pods.incrementAndGet());
    Files.createDirectories(logs);
    return Drafts.pod(name).setLogDirectory(logs.toString());
  }

  /** A pod on the pod network. */
  public TestPod pod(String name) throws IOException {
    return TestPod.run(client(), draft(name).build());
  }
}
