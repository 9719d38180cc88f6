package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.Signal;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every way to end has its number: the code, or 128 and the signal (bash(1), EXIT STATUS). */
class ExitCodeIT {

  private static final int CALLERS = 8;

  /** Every thirteenth, and those that have a meaning of their own. */
  private static final List<Integer> CODES =
      IntStream.concat(
              IntStream.iterate(0, code -> code < 256, code -> code + 13),
              IntStream.of(1, 2, 126, 127, 128, 129, 137, 143, 254, 255))
          .distinct()
          .boxed()
          .toList();

  /**
   * Without a handler they do nothing, or stop (signal(7)); the shell itself ignores QUIT, and 32
   * and 33 are the C library's own (nptl(7)).
   */
  private static final Set<Integer> HARMLESS = Set.of(3, 17, 18, 19, 20, 21, 22, 23, 28, 32, 33);

  private static final List<Integer> DEADLY =
      IntStream.rangeClosed(1, 64).filter(signal -> !HARMLESS.contains(signal)).boxed().toList();

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("codes");
  }

  private static ContainerConfig.Builder script(String name, String script) {
    return Drafts.script(name, runtime.image(), script);
  }

  @Test
  void aContainersCodeIsTold() throws Exception {
    assertThat(
            Crowd.of(CALLERS)
                .ask(
                    CODES.size(),
                    i ->
                        pod.start(script("code-" + i, "exit " + CODES.get(i)))
                            .ended()
                            .getExitCode()))
        .isEqualTo(CODES);
  }

  @Test
  void anExecsCodeIsTold() throws Exception {
    TestContainer container = pod.start(script("sleeper", "sleep 600"));
    assertThat(
            Crowd.of(CALLERS)
                .ask(256, code -> container.exec("/bin/sh", "-c", "exit " + code).getExitCode()))
        .isEqualTo(IntStream.range(0, 256).boxed().toList());
  }

  @Test
  void anExecKilledByASignalHas128PlusItsNumber() throws Exception {
    TestContainer container = pod.start(script("sleeper", "sleep 600"));
    assertThat(
            Crowd.of(CALLERS)
                .ask(
                    DEADLY.size(),
                    i ->
                        container
                            .exec("/bin/sh", "-c", "kill -" + DEADLY.get(i) + " $$; sleep 5")
                            .getExitCode()))
        .isEqualTo(DEADLY.stream().map(signal -> 128 + signal).toList());
  }

  /** Only a process that is not the first of its namespace dies of its own signals. */
  private static ContainerConfig.Builder besideTheHosts(String name, String script) {
    ContainerConfig.Builder config = script(name, script);
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setPid(NamespaceMode.NODE);
    return config;
  }

  @Test
  void aContainerKilledByASignalHas128PlusItsNumber() throws Exception {
    var config = runtime.draft("signals");
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setPid(NamespaceMode.NODE);
    TestPod here = TestPod.run(runtime.client(), config.build());
    // Some of them would leave a core file, which is another bit of the status and not of the code.
    List<Integer> signals = List.of(1, 2, 4, 6, 7, 8, 9, 10, 11, 13, 14, 15, 24, 31, 34, 64);
    List<ContainerStatus> ends =
        Crowd.of(CALLERS)
            .ask(
                signals.size(),
                i ->
                    here.start(
                            besideTheHosts(
                                "signal-" + i, "kill -" + signals.get(i) + " $$; sleep 5"))
                        .ended());
    assertThat(ends)
        .extracting(ContainerStatus::getExitCode)
        .isEqualTo(signals.stream().map(signal -> 128 + signal).toList());
    assertThat(ends).extracting(ContainerStatus::getReason).containsOnly("Error");
  }

  private static final Map<Signal, Integer> STOP_SIGNALS =
      Map.ofEntries(
          Map.entry(Signal.SIGNAL_SIGHUP, 1),
          Map.entry(Signal.SIGNAL_SIGINT, 2),
          Map.entry(Signal.SIGNAL_SIGQUIT, 3),
          Map.entry(Signal.SIGNAL_SIGABRT, 6),
          Map.entry(Signal.SIGNAL_SIGUSR1, 10),
          Map.entry(Signal.SIGNAL_SIGUSR2, 12),
          Map.entry(Signal.SIGNAL_SIGTERM, 15),
          Map.entry(Signal.SIGNAL_SIGWINCH, 28),
          Map.entry(Signal.SIGNAL_SIGRTMIN, 34),
          Map.entry(Signal.SIGNAL_SIGRTMINPLUS3, 37),
          Map.entry(Signal.SIGNAL_SIGRTMAXMINUS14, 50),
          Map.entry(Signal.SIGNAL_SIGRTMAX, 64));

  /** The script that traps all of them and tells by its code which one came. */
  private static String trapAll() {
    StringBuilder script = new StringBuilder();
    STOP_SIGNALS.values().forEach(n -> script.append("trap 'exit %d' %d; ".formatted(n, n)));
    return script.append("touch /listening; while :; do sleep 0.05; done").toString();
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 does not know the request's stop signal")
  void theStopSignalThatWasAskedForIsTheOneThatComes() throws Exception {
    List<Map.Entry<Signal, Integer>> signals = List.copyOf(STOP_SIGNALS.entrySet());
    List<Integer> codes =
        Crowd.of(CALLERS)
            .ask(
                signals.size(),
                i -> {
                  TestContainer container =
                      pod.start(
                          script("stop-" + i, trapAll()).setStopSignal(signals.get(i).getKey()));
                  container.sh("until [ -e /listening ]; do sleep 0.02; done");
                  container.stop(Duration.ofSeconds(10));
                  return container.status().getExitCode();
                });
    assertThat(codes).isEqualTo(signals.stream().map(Map.Entry::getValue).toList());
  }

  @Test
  void withoutAWishTheStopSignalIsTerm() {
    TestContainer container = pod.start(script("stop", trapAll()));
    container.sh("until [ -e /listening ]; do sleep 0.02; done");
    container.stop(Duration.ofSeconds(10));
    assertThat(container.status().getExitCode()).isEqualTo(15);
  }
}
