package io.gantry.cni.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, written as shell scripts. */
class ExecutedPluginTest {

  @TempDir Path temp;

  private PluginCall call() throws IOException {
    PluginConfig config = TestCalls.config("{'type':'foreign','answer':42}");
    return new PluginCall("pod", null, "eth0", Map.of("K8S_POD_NAME", "p", "B", "2"), config);
  }

  private Plugin plugin(String script) throws IOException {
    return plugin(script, Duration.ofSeconds(20));
  }

  private Plugin plugin(String script, Duration limit) throws IOException {
    Path program = temp.resolve("foreign");
    Files.writeString(program, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return new PluginPath(Map.of(), List.of(temp), new ProgramRun(limit)).of("foreign");
  }

  @Test
  void aProgramGetsVariablesAndConfigurationAndItsResultIsRead() throws Exception {
    CniResult result =
        plugin(
                """
                cat > "$0.input"
                env | grep ^CNI_ | sort > "$0.env"
                echo '{"cniVersion":"1.0.0","ips":[{"address":"10.1.2.3/24"}]}'
                """)
            .add(call());
    assertThat(result.ips().getFirst().address().toString()).isEqualTo("10.1.2.3/24");
    assertThat(Files.readString(temp.resolve("foreign.input")))
        .isEqualTo(
            "{\"type\":\"foreign\",\"answer\":42,\"name\":\"net\",\"cniVersion\":\"1.1.0\"}");
    assertThat(Files.readAllLines(temp.resolve("foreign.env")))
        .containsExactly(
            "CNI_ARGS=B=2;K8S_POD_NAME=p",
            "CNI_COMMAND=ADD",
            "CNI_CONTAINERID=pod",
            "CNI_IFNAME=eth0",
            "CNI_NETNS=",
            "CNI_PATH=" + temp);
  }

  @Test
  void anErrorIsTakenOverWithItsCode() throws Exception {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() ->
            plugin("echo '{\"code\":11,\"msg\":\"later\",\"details\":\"busy\"}'; exit 1")
                .add(call()))
        .withMessage("later")
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.TRY_AGAIN))
        .satisfies(e -> assertThat(e.details()).isEqualTo("busy"));
  }

  @Test
  void codesOfAPluginsOwnAreNotTakenForOurs() throws Exception {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin("echo '{\"code\":102,\"msg\":\"x\"}'; exit 1").add(call()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.PLUGIN_FAILURE))
        .satisfies(e -> assertThat(e.details()).isEqualTo("code 102"));
  }

  @Test
  void whatIsValidIsToldAndOlderVersionsAreNotAsked() throws Exception {
    var remembering = plugin("cat > \"$0.$CNI_COMMAND\"");
    remembering.gc(call().config(), Set.of(new Plugin.Attachment("live", "eth0")));
    assertThat(Files.readString(temp.resolve("foreign.GC")))
        .contains("\"cni.dev/valid-attachments\":[{\"containerID\":\"live\",\"ifname\":\"eth0\"}]");
    remembering.status(call().config());
    assertThat(temp.resolve("foreign.STATUS")).exists();

    var old = plugin("exit 1");
    PluginConfig config =
        PluginConfig.of(TestCalls.json("{'cniVersion':'1.0.0','name':'net','type':'foreign'}"));
    old.status(config);
    old.gc(config, Set.of());
  }

  @Test
  void aFailureWithoutAnErrorIsToldWithWhatWasPrinted() throws Exception {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin("echo panic >&2; exit 2").check(call()))
        .withMessage(temp + "/foreign CHECK ended with exit code 2 and no CNI error: panic");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin("echo no json").add(call()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.DECODING_FAILURE))
        .satisfies(e -> assertThat(e.details()).isEqualTo("no json\n"));
  }

  @Test
  void whatHangsIsKilledWithItsChildrenAndNamed() throws Exception {
    var hanging =
        plugin(
            "echo $$ > \"$0.pid\"; sleep 100 & echo $! > \"$0.child\"; wait",
            Duration.ofSeconds(1));
    long begin = System.nanoTime();
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> hanging.del(call()))
        .withMessageContaining(temp + "/foreign did not end within 1 s and was killed");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    for (String file : List.of("foreign.pid", "foreign.child")) {
      long pid = Long.parseLong(Files.readString(temp.resolve(file)).strip());
      ProcessHandle.of(pid)
          .ifPresent(process -> assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(5)));
    }
  }

  @Test
  void aChildThatKeepsTheOutputOpenKeepsNobodyWaiting() throws Exception {
    var leaving =
        plugin(
            """
            sleep 30 &
            echo $! > "$0.child"
            echo '{"cniVersion":"1.0.0","ips":[{"address":"10.1.2.3/24"}]}'
            """);
    long begin = System.nanoTime();
    CniResult result = leaving.add(call());
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    assertThat(result.ips().getFirst().address().toString()).isEqualTo("10.1.2.3/24");
    long child = Long.parseLong(Files.readString(temp.resolve("foreign.child")).strip());
    ProcessHandle left = ProcessHandle.of(child).orElseThrow();
    assertThat(left.destroyForcibly()).as("it is not ours to end, and still there").isTrue();
  }

  @Test
  void aProgramThatIsBeingWrittenIsRunOnceItIsThere() throws Exception {
    Plugin replaced = plugin("exit 0");
    CountDownLatch open = new CountDownLatch(1);
    Thread writing =
        Thread.ofPlatform()
            .start(() -> {
              try (var _ = Files.newByteChannel(program(), StandardOpenOption.APPEND)) {
                open.countDown();
                Thread.sleep(200);
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    open.await();
    assertThatExceptionOfType(IOException.class)
        .as("the machine refuses what is being written")
        .isThrownBy(() -> new ProcessBuilder(program().toString()).start())
        .withMessageContaining("Text file busy");
    replaced.del(call());
    writing.join();
  }

  private Path program() {
    return temp.resolve("foreign");
  }

  @Test
  void aTypeThatIsNowhereIsToldWithTheDirectories() {
    PluginPath path =
        new PluginPath(
            Map.of(),
            List.of(Path.of("/opt/cni/none"), temp),
            new ProgramRun(Duration.ofSeconds(1)));
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> path.of("calico"))
        .withMessage(
            "plugin calico is neither built in nor an executable file in /opt/cni/none or " + temp)
        .satisfies(e -> assertThat(e.code()).isEqualTo(CniException.NOT_AVAILABLE));
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> path.of("../../bin/sh"))
        .withMessage("field type is no name of a plugin: ../../bin/sh");
  }
}
