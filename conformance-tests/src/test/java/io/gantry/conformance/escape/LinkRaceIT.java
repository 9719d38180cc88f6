package io.gantry.conformance.escape;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * CVE-2021-30465: while one container of a pod starts, another makes the mount point that lies in a
 * volume of both a directory and a link by turns.
 */
@AboutGantry
class LinkRaceIT {

  private static final int STARTS = 40;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @Test
  void aMountStaysInsideWhateverItsPointBecomes() throws Exception {
    Canary canary = Canary.in(runtime.directory());
    Path shared = Files.createDirectory(runtime.directory().resolve("shared"));
    Path payload = Files.createDirectory(runtime.directory().resolve("payload"));
    Files.writeString(payload.resolve("mark"), "payload");
    TestPod pod = runtime.pod("race");
    ContainerConfig.Builder attacker =
        Drafts.script(
            "attacker",
            runtime.image(),
            ("while :; do ln -s %s /shared/link; mv -T /shared/link /shared/point;"
                    + " rm -f /shared/point; mkdir /shared/point; rmdir /shared/point; done")
                .formatted(canary.directory()));
    mount(attacker, shared, "/shared");
    pod.start(attacker);

    int started = 0;
    for (int i = 0; i < STARTS; i++) {
      ContainerConfig.Builder victim = Drafts.script("victim", runtime.image(), "sleep 600");
      victim.getMetadataBuilder().setAttempt(i);
      mount(victim, shared, "/shared");
      mount(victim, payload, "/shared/point/inner");
      try {
        TestContainer container = pod.start(victim);
        started++;
        assertThat(container.sh("cat %s/secret 2>/dev/null || true".formatted(canary.directory())))
            .isEmpty();
        container.remove();
      } catch (StatusRuntimeException refused) {
        // Its mount point was no directory when it was looked at: the race was noticed.
        assertThat(refused.getStatus().getDescription()).contains("/shared/point");
      }
      canary.assertUntouched();
    }

    pod.remove();
    canary.assertUntouched();
    assertThat(payload.resolve("mark")).hasContent("payload");
    assertThat(started).as("of %d starts", STARTS).isPositive();
  }

  private static void mount(ContainerConfig.Builder config, Path host, String target) {
    config.addMountsBuilder().setHostPath(host.toString()).setContainerPath(target);
  }
}
