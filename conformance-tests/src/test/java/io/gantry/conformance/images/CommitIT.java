package io.gantry.conformance.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A container becomes an image, which leaves as an archive and comes back. */
@AboutGantry
class CommitIT {

  private static final String NAME = "conformance.test/committed:1";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @AfterEach
  void removeWhatWasMade() throws Exception {
    for (String name : List.of(NAME, "conformance.test/another:2")) {
      gantry("rmi", name);
    }
  }

  private static Command.Result gantry(String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Distribution.found().commandLine().toString());
    command.add("--host=unix://" + runtime.node().socket());
    command.addAll(List.of(words));
    return Command.run(command);
  }

  private static String done(String... words) throws Exception {
    Command.Result result = gantry(words);
    assertThat(result.exitCode()).as("%s: %s", List.of(words), result.errors()).isZero();
    return result.output();
  }

  private static String changedContainer(String name) throws Exception {
    TestContainer container =
        runtime
            .pod(name)
            .start(
                Drafts.script(
                    "worker",
                    runtime.image(),
                    "echo new > /made; chmod 4750 /made; rm /etc/motd /etc/passwd 2>/dev/null;"
                        + " mkdir -p /many/levels; ln /made /many/levels/hard; ln -s made /soft;"
                        + " touch /ready; while :; do echo x >> /counter; sleep 0.02; done"));
    for (int i = 0;
        i < 500 && !container.sh("ls /ready 2>/dev/null; true").contains("ready");
        i++) {
      Thread.sleep(20);
    }
    return container.id();
  }

  @Test
  void whatAContainerChangedRunsElsewhereAlsoAfterAWayThroughAnArchive() throws Exception {
    String container = changedContainer("committed");
    String told =
        done("commit", "--change", "ENV COLOUR=blue", "-m", "why", "-a", "me", container, NAME);
    assertThat(told).startsWith("Committed " + NAME + " (sha256:");
    assertThat(done("history", NAME).lines().skip(1).findFirst().orElse(""))
        .contains("/bin/sh -c echo new", "why");

    Path archive = runtime.directory().resolve("committed.tar");
    assertThat(done("export", NAME, archive.toString())).startsWith("Exported " + NAME);
    byte[] once = Files.readAllBytes(archive);
    done("export", NAME, archive.toString());
    assertThat(Files.readAllBytes(archive)).isEqualTo(once);
    done("rmi", NAME);
    assertThat(done("import", archive.toString())).contains("Imported " + NAME);
    Files.delete(archive);

    TestContainer made = runtime.pod("made").start(Drafts.script("made", NAME, "sleep 600"));
    assertThat(
            made.sh(
                "cat /made /soft; stat -c '%a %h' /made; echo $COLOUR; ls /etc/passwd 2>&1; true"))
        .contains("new\nnew\n", "4750 2", "blue", "No such file");
    done("untag", NAME);
    assertThat(gantry("history", NAME).exitCode()).isEqualTo(1);
  }

  @Test
  void aContainerThatWasCommittedGoesOn() throws Exception {
    String container = changedContainer("goes-on");
    done("commit", container, NAME);
    String before = done("exec", container, "wc", "-c", "/counter");
    Thread.sleep(300);
    assertThat(done("exec", container, "wc", "-c", "/counter")).isNotEqualTo(before);
    done("rmi", NAME);
    done("stop", "-t", "0", container);
    done("commit", container, NAME);
    done("tag", NAME, "conformance.test/another:2");
    assertThat(done("images")).contains("conformance.test/another", "conformance.test/committed");
    done("rmi", "conformance.test/another:2");
    assertThat(gantry("inspecti", NAME).exitCode()).isEqualTo(1);
  }

  @Test
  void aCommitThatMakesNoSenseIsTold() throws Exception {
    String container = changedContainer("nonsense");

    assertThat(gantry("commit", "-c", "RUN make", container, NAME).errors())
        .contains("RUN changes no config; want CMD");
    assertThat(gantry("commit", container, "Bad Name").errors()).contains("no image reference");
    assertThat(gantry("commit", "nobody", NAME).exitCode()).isEqualTo(1);
  }
}
