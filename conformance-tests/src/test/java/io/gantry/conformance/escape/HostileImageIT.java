package io.gantry.conformance.escape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Images whose symbolic links point where the runtime makes directories, mounts, or reads: nothing
 * lands outside the container's root, and nothing outside is read.
 */
@AboutGantry
class HostileImageIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @AfterAll
  static void removeImages() {
    HostileImage.removeFrom(runtime.node());
  }

  private Canary canary;
  private TestPod pod;

  @BeforeEach
  void prepare() throws Exception {
    canary = Canary.in(runtime.directory());
    pod = runtime.pod("hostile");
  }

  @AfterEach
  void nothingHappened() throws Exception {
    canary.assertUntouched();
    pod.remove();
    canary.assertUntouched();
  }

  /** The container, if the runtime has taken it. */
  private Optional<TestContainer> started(ContainerConfig.Builder config) {
    TestContainer[] started = new TestContainer[1];
    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> started[0] = pod.start(config));
    if (refusal != null) {
      assertThat(refusal.getStatus().getDescription()).isNotBlank();
    }
    return Optional.ofNullable(started[0]);
  }

  private static String named(String kind, String path) {
    return kind + path.replaceAll("[^a-z]", "-");
  }

  /** As far up as it takes, and further. */
  private String relative() {
    return "../".repeat(20) + canary.directory().toString().substring(1);
  }

  private void tryLink(String kind, String target, String path) throws Exception {
    String image =
        HostileImage.importInto(
            runtime.node(), named(kind, path), List.of("--link", target + ":" + path));
    Path data = Files.createDirectories(runtime.directory().resolve("data"));
    ContainerConfig.Builder config = Drafts.script("hostile", image, "sleep 600");
    config.setWorkingDir(path + "/work");
    config.addMountsBuilder().setHostPath(data.toString()).setContainerPath(path + "/inner");
    config.addMountsBuilder().setHostPath(data.toString()).setContainerPath(path + "/new/mount");
    started(config)
        .ifPresent(container ->
            assertThat(
                    container
                        .exec("/bin/cat", path + "/secret", canary.directory() + "/secret")
                        .getStdout()
                        .toStringUtf8())
                .isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/data", "/etc", "/dev", "/proc", "/sys", "/tmp", "/run"})
  void anAbsoluteLinkStaysInside(String path) throws Exception {
    tryLink("absolute", canary.directory().toString(), path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/data", "/etc", "/dev", "/proc", "/sys", "/dev/shm", "/etc/hosts"})
  void aLinkUpwardsStaysInside(String path) throws Exception {
    tryLink("upwards", relative(), path);
  }

  @Test
  void aLinkThroughTheProcessOfTheRuntimeLeadsNowhere() throws Exception {
    tryLink("magic", "/proc/self/cwd", "/data");
    tryLink("magic", "/proc/1/root" + canary.directory(), "/other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "/etc/group"})
  void accountsOfTheHostAreNotRead(String path) throws Exception {
    String image =
        HostileImage.importInto(
            runtime.node(),
            named("accounts", path),
            List.of("--link", relative() + "/secret:" + path));
    ContainerConfig.Builder config = Drafts.script("hostile", image, "sleep 600");
    config.getLinuxBuilder().getSecurityContextBuilder().setRunAsUsername("daemon");

    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> pod.start(config));

    assertThat(refusal).isNotNull();
    assertThat(refusal.getStatus().getDescription())
        .contains("daemon")
        .doesNotContain(canary.secret());
  }

  /** CVE-2024-21626: descriptors of the runtime as a way to the host's root. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/self/cwd",
        "/proc/self/root",
        "/proc/self/fd/3",
        "/proc/self/fd/4",
        "/proc/self/fd/5",
        "/proc/self/fd/6",
        "/proc/self/fd/7",
        "/proc/self/fd/8",
        "/proc/self/fd/9",
        "/proc/self/fd/10",
        "/proc/self/fd/11",
        "/proc/self/fd/12",
        "/proc/self/fd/13",
        "/proc/self/fd/14",
        "/proc/self/fd/15",
        "/proc/self/fd/16"
      })
  void aWorkingDirectoryIsNoWayOut(String path) throws Exception {
    String image = HostileImage.importInto(runtime.node(), "plain", List.of("--dir", "/tmp:1777"));
    String secret = relative() + "/secret";
    ContainerConfig.Builder config =
        Drafts.script("hostile", image, "cat " + secret + "; echo tried; sleep 600");
    config.setWorkingDir(path).setLogPath("hostile.log");

    Optional<TestContainer> container = started(config);

    if (container.isPresent()) {
      assertThat(container.get().exec("/bin/cat", secret).getStdout().toStringUtf8()).isEmpty();
      assertThat(Files.readString(container.get().logFile())).doesNotContain(canary.secret());
    }
  }
}
