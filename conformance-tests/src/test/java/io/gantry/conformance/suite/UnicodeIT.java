package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.api.cri.v1.Mount;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Text beyond ASCII passes through names, paths, arguments and output unharmed. */
class UnicodeIT {

  private static final String WORDS = "Grüße, 世界 🚢";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static String printed(ContainerConfig.Builder config) throws Exception {
    TestContainer container = runtime.pod("unicode").start(config.setLogPath("out.log"));
    runtime.logged(container);
    return LogFile.read(container.logFile()).text("stdout");
  }

  @Test
  void namesOfAPodAndItsContainer() throws Exception {
    PodSandboxConfig.Builder config = runtime.draft("names");
    config.getMetadataBuilder().setName("möwe-鷗").setUid("uid-🐦-" + System.nanoTime());
    TestPod pod = TestPod.run(runtime.client(), config.build());
    assertThat(pod.status().getMetadata()).isEqualTo(config.getMetadata());
    TestContainer container = pod.create(Drafts.script("nest-巣", runtime.image(), "true"));
    assertThat(container.status().getMetadata().getName()).isEqualTo("nest-巣");
    assertThat(pod.create(Drafts.script("nest-巢", runtime.image(), "true")).id())
        .isNotEqualTo(container.id());
  }

  @Test
  void namespaces() throws Exception {
    PodSandboxConfig.Builder config = runtime.draft("namespace");
    config.getMetadataBuilder().setNamespace("räume");
    TestPod pod = TestPod.run(runtime.client(), config.build());
    try {
      assertThat(pod.status().getMetadata().getNamespace()).isEqualTo("räume");
    } finally {
      // By its namespace nobody knows it as one of the tests.
      pod.remove();
    }
  }

  @Test
  void arguments() throws Exception {
    assertThat(
            printed(
                Drafts.container("words", runtime.image(), "/bin/echo")
                    .addArgs(WORDS)
                    .addArgs("—")))
        .isEqualTo(WORDS + " —\n");
  }

  @Test
  void anEnvironment() throws Exception {
    assertThat(
            printed(
                Drafts.script("words", runtime.image(), "printf '%s|%s\\n' \"$WORDS\" \"$EMPTY\"")
                    .addEnvs(
                        KeyValue.newBuilder()
                            .setKey("WORDS")
                            .setValue(ByteString.copyFromUtf8(WORDS + "\nsecond=line")))
                    .addEnvs(KeyValue.newBuilder().setKey("EMPTY"))))
        .isEqualTo(WORDS + "\nsecond=line|\n");
  }

  @Test
  void aWorkingDirectory() throws Exception {
    assertThat(
            printed(Drafts.script("pwd", runtime.image(), "pwd").setWorkingDir("/räume/部屋 eins")))
        .isEqualTo("/räume/部屋 eins\n");
  }

  @Test
  void aMount() throws Exception {
    Path directory =
        Files.createDirectory(runtime.directory().resolve("größe " + System.nanoTime()));
    Files.writeString(directory.resolve("datei-ü"), "inhalt");
    assertThat(
            printed(
                Drafts.script("mount", runtime.image(), "cat '/ablage für/alles/datei-ü'")
                    .addMounts(
                        Mount.newBuilder()
                            .setHostPath(directory.toString())
                            .setContainerPath("/ablage für/alles"))))
        .isEqualTo("inhalt");
  }

  @Test
  void aLogPath() throws Exception {
    PodSandboxConfig.Builder config = runtime.draft("log");
    Path logs = Files.createDirectories(Path.of(config.getLogDirectory()).resolve("протокол"));
    TestPod pod = TestPod.run(runtime.client(), config.setLogDirectory(logs.toString()).build());
    TestContainer container =
        pod.start(Drafts.script("log", runtime.image(), "echo da").setLogPath("größe/0 – α.log"));
    runtime.logged(container);
    assertThat(container.status().getLogPath()).isEqualTo(container.logFile().toString());
    assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("da\n");
  }

  @Test
  void aCommandInside() throws Exception {
    TestContainer container =
        runtime.pod("exec").start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
    assertThat(container.exec("/bin/echo", "-n", WORDS).getStdout().toStringUtf8())
        .isEqualTo(WORDS);
  }
}
