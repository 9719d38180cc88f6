package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.gantry.v1.Overlay;
import io.grpc.Status;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DoctorVerbTest extends NodeTestCase {

  @Test
  void whatIsWrongIsListedBelowWhatIsWell() {
    node.overlay = Optional.of(Overlay.newBuilder().setProblem("etcd does not answer").build());
    var result = terminal.run("doctor");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out().replaceAll("in \\d+ ms", "in 1 ms"))
        .isEqualTo(
            """
            CHECK          STATUS   FINDING
            daemon         ok       fake 1.2.3 answers in 1 ms
            RuntimeReady   ok       yes
            NetworkReady   fail     NoConfig: no bridge
            network own    ok       /etc/cni/net.d/10-own.conflist, 0 pods, new pods get it
            network        fail     20.conf:3: bad
            overlay        warn     etcd does not answer
            """);
  }

  @Test
  void aDaemonThatDoesNotAnswerIsTheOneFinding() {
    node.failures.put("Version", Status.DEADLINE_EXCEEDED.withDescription("10s passed"));
    var result = terminal.run("doctor");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out().lines())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("daemon   fail ")
        .contains("unix:///run/gantry/gantry.sock");
  }
}
