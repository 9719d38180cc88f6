package io.gantry.conformance.escape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Distribution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A process on its way into a container is still the supervisor's: its program, its directory and
 * its descriptors are the host's. CVE-2019-5736 and CVE-2016-9962 took them.
 */
@AboutGantry
class JoiningProcessIT {

  private static final int EXECS = 300;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @AfterAll
  static void removeImages() {
    HostileImage.removeFrom(runtime.node());
  }

  private static Path supervisor() {
    return Distribution.found().directory().resolve("libexec/gantry-shim");
  }

  private static ContainerConfig.Builder script(String script) {
    return Drafts.script("trap", runtime.image(), script);
  }

  /** Reads whatever can be read of each other process that shows up. */
  @Test
  void nothingOfItCanBeTaken() throws Exception {
    TestPod pod = runtime.pod("joining");
    String look =
        "mkdir /found; while :; do for p in /proc/[0-9]*; do"
            + " wc -c < $p/exe >> /found/programs; readlink $p/root >> /found/roots;"
            + " readlink $p/cwd >> /found/directories;"
            + " for d in $p/fd/*; do readlink $d >> /found/files; done; done; done 2>/dev/null";
    TestContainer container = pod.start(script(look));

    for (int i = 0; i < EXECS; i++) {
      assertThat(container.exec("/bin/true").getExitCode()).isZero();
    }

    String busybox = container.sh("wc -c < /bin/busybox");
    assertThat(container.sh("sort -u /found/programs").lines()).containsOnly(busybox);
    assertThat(container.sh("sort -u /found/roots").lines()).containsOnly("/");
    assertThat(container.sh("sort -u /found/directories").lines()).containsOnly("/");
    assertThat(container.sh("sort -u /found/files").lines())
        .isNotEmpty()
        .noneMatch(file -> file.contains(runtime.directory().toString()))
        .noneMatch(file -> file.endsWith("gantry-shim"));
  }

  @Test
  void itHasNoDescriptorsButItsOwnThree() throws Exception {
    TestPod pod = runtime.pod("descriptors");
    TestContainer container = pod.start(script("sleep 600"));

    assertThat(container.sh("ls /proc/1/fd").lines()).containsExactly("0", "1", "2");
    // One more is that of the directory which is being read.
    assertThat(container.exec("/bin/ls", "/proc/self/fd").getStdout().toStringUtf8().lines())
        .containsExactly("0", "1", "2", "3");
    assertThat(container.exec("/bin/readlink", "/proc/self/fd/3").getExitCode()).isNotZero();
  }

  /**
   * A container can have the supervisor's program executed, by a link to the program of whoever
   * executes it; but it cannot change it, not even its mode.
   */
  @Test
  void theProgramOfTheSupervisorCannotBeChanged() throws Exception {
    byte[] before = Files.readAllBytes(supervisor());
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(supervisor());
    String image =
        HostileImage.importInto(
            runtime.node(), "trap", List.of("--link", "/proc/self/exe:/bin/trap"));
    TestPod pod = runtime.pod("program");
    pod.start(sharing(Drafts.container("trap", image, "/bin/trap", "check-plan").setStdin(true)));
    TestContainer thief = pod.start(sharing(Drafts.script("thief", runtime.image(), "sleep 600")));

    String report =
        thief.sh(
            ("for p in /proc/[0-9]*; do [ \"$(wc -c < $p/exe)\" = %d ] || continue;"
                    + " echo here; chmod 777 $p/exe; echo x > $p/exe; done 2>&1 | grep -v denied")
                .formatted(before.length));

    assertThat(report).contains("here");
    assertThat(report.lines().filter(line -> line.contains("Read-only file system"))).hasSize(2);
    assertThat(Files.readAllBytes(supervisor())).isEqualTo(before);
    assertThat(Files.getPosixFilePermissions(supervisor())).isEqualTo(mode);
  }

  /** In the process namespace of the pod. */
  private static ContainerConfig.Builder sharing(ContainerConfig.Builder config) {
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setPid(NamespaceMode.POD);
    return config;
  }

  /** An interpreter that is the program of whoever executes the script. */
  @Test
  void anInterpreterIsNoWayToTheSupervisor() throws Exception {
    byte[] before = Files.readAllBytes(supervisor());
    TestPod pod = runtime.pod("interpreter");
    TestContainer container = pod.start(script("sleep 600"));
    container.sh("printf '#!/proc/self/exe\\n' > /trap; chmod 755 /trap");

    var _ = container.exec("/trap");
    var _ = container.exec("/proc/self/exe", "run", "else");

    assertThat(container.sh("echo still here")).isEqualTo("still here");
    assertThat(Files.readAllBytes(supervisor())).isEqualTo(before);
  }

  @Test
  void noDescriptorIsAProgram() throws Exception {
    TestPod pod = runtime.pod("link");
    TestContainer container = pod.start(script("sleep 600"));

    for (int number = 3; number < 20; number++) {
      String program = "/proc/self/fd/" + number;
      assertThatThrownBy(() -> container.exec(program, "--help"))
          .as(program)
          .hasMessageContaining(program);
    }
  }

  @Test
  void theEnvironmentOfTheDaemonStaysOutside() throws Exception {
    TestPod pod = runtime.pod("environment");
    TestContainer container = pod.start(script("sleep 600"));

    String environment =
        container.sh("tr '\\0' '\\n' < /proc/1/environ; echo; tr '\\0' '\\n' < /proc/self/environ");

    assertThat(environment.lines())
        .filteredOn(line -> !line.isEmpty())
        .allMatch(line -> line.matches("(PATH|HOSTNAME|HOME|SHLVL|PWD|_|TERM)=.*"));
  }
}
