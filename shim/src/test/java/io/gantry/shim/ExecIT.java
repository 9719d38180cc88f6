package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Binary.class)
class ExecIT {

  private static final int PLENTY = 16 << 20;

  private final Box box;
  private final Box.Container container;

  ExecIT(Binary binary) throws IOException {
    box = new Box(binary);
    container = box.sh("sleep 1000");
    container.started();
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private ExecResult shell(Duration timeout, String script) throws IOException {
    return container.shim().exec(Box.execPlan("sh", "-c", script), timeout, PLENTY);
  }

  @Test
  void keepsOutputAndErrorApartAndTellsTheCode() throws IOException {
    ExecResult result = container.exec("sh", "-c", "echo out; echo err >&2; exit 7");

    assertThat(Box.text(result.stdout())).isEqualTo("out\n");
    assertThat(Box.text(result.stderr())).isEqualTo("err\n");
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(result.timedOut()).isFalse();
    assertThat(result.truncated()).isFalse();
  }

  @Test
  void aSignalIsOneHundredTwentyEightMore() throws IOException {
    assertThat(container.exec("sh", "-c", "kill -TERM $$").exitCode()).isEqualTo(143);
  }

  @Test
  void runsInTheContainersNamespaces() throws IOException {
    String inside =
        Box.text(container.exec("readlink", "/proc/1/ns/mnt", "/proc/1/ns/pid").stdout());
    String own =
        Box.text(container.exec("readlink", "/proc/self/ns/mnt", "/proc/self/ns/pid").stdout());

    assertThat(own).isEqualTo(inside);
    assertThat(own).doesNotContain(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
  }

  @Test
  void findsOnlyStandardDescriptorsAndDefaultSignals() throws IOException {
    ExecResult signals = container.exec("grep", "Sig[BI]", "/proc/self/status");

    assertThat(Box.text(container.exec("sh", "-c", "echo /proc/$$/fd/*").stdout()))
        .matches("/proc/(\\d+)/fd/0 /proc/\\1/fd/1 /proc/\\1/fd/2( /proc/\\1/fd/3)?\n");
    assertThat(Box.text(signals.stdout()))
        .isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  }

  @Test
  void largeOutputComesWhole() throws IOException {
    ExecResult result = shell(Box.SOON, "head -c 10000000 /dev/zero; echo end >&2");

    assertThat(result.stdout().remaining()).isEqualTo(10_000_000);
    assertThat(Box.text(result.stderr())).isEqualTo("end\n");
  }

  @Test
  void outputBeyondTheLimitIsDropped() throws IOException {
    Plan plan = Box.execPlan("sh", "-c", "head -c 100000 /dev/zero; echo e >&2");

    ExecResult result = container.shim().exec(plan, Box.SOON, 1000);

    assertThat(result.stdout().remaining()).isEqualTo(1000);
    assertThat(result.truncated()).isTrue();
    assertThat(result.exitCode()).isZero();
    assertThat(Box.text(result.stderr())).isEqualTo("e\n");
  }

  @Test
  void theTimeoutKillsTheWholeTree() throws IOException {
    long before = System.nanoTime();
    ExecResult result =
        shell(
            Duration.ofMillis(300),
            "echo begun; (setsid sleep 777 & sleep 778) & sleep 779; echo never");

    assertThat(result.timedOut()).isTrue();
    assertThat(result.exitCode()).isEqualTo(137);
    assertThat(Box.text(result.stdout())).isEqualTo("begun\n");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    assertThat(Box.text(container.exec("ps").stdout())).doesNotContain("sleep 77");
  }

  @Test
  void aBackgroundChildThatHoldsTheOutputDoesNotHangTheExec() throws IOException {
    long before = System.nanoTime();
    ExecResult result = shell(Duration.ZERO, "sleep 555 & echo done");

    assertThat(Box.text(result.stdout())).isEqualTo("done\n");
    assertThat(result.exitCode()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    assertThat(Box.text(container.exec("ps").stdout())).contains("sleep 555");
  }

  @Test
  void aBackgroundChildThatNeverStopsTalkingDoesNotHangTheExec() throws IOException {
    ExecResult result = shell(Duration.ofSeconds(10), "yes & exit 4");

    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.timedOut()).isFalse();
  }

  @Test
  void aMissingCommandOrDirectoryIsTold() throws IOException {
    assertThatThrownBy(() -> container.exec("/bin/nope")).hasMessage("exec /bin/nope: ENOENT");

    Plan nowhere = Plan.builder().chdirExisting("/none").exec(List.of("true"), List.of()).build();
    assertThatThrownBy(() -> container.shim().exec(nowhere, Box.SOON, 1))
        .hasMessage("chdir /none: ENOENT");
  }

  @Test
  void stepsOfTheContainersOwnStartAreRefused() throws IOException {
    Plan plan =
        Plan.builder()
            .cloneInto(java.util.Set.of(io.gantry.linux.Namespace.UTS))
            .exec(List.of("true"), List.of())
            .build();

    assertThatThrownBy(() -> container.shim().exec(plan, Box.SOON, 1)).hasMessage("plan: EINVAL");
  }

  @Test
  void manyAtOnceDoNotMixTheirOutput() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ExecResult>> results =
          IntStream.range(0, 100)
              .mapToObj(i -> threads.submit(() -> container.exec("echo", "number " + i)))
              .toList();
      for (int i = 0; i < results.size(); i++) {
        assertThat(Box.text(results.get(i).get().stdout())).isEqualTo("number " + i + "\n");
      }
    }
  }

  @Test
  void aThousandFailuresLeakNeitherDescriptorsNorProcesses() throws IOException {
    int shim = container.shim().pid().orElseThrow();
    long before = descriptors(shim);

    for (int i = 0; i < 1000; i++) {
      assertThatThrownBy(() -> container.exec("/nope")).isInstanceOf(ShimFailure.class);
    }

    long end = System.nanoTime() + Box.SOON.toNanos();
    while (descriptors(shim) > before) {
      assertThat(System.nanoTime()).as("descriptors are closed").isLessThan(end);
    }
    assertThat(Files.readString(Path.of("/proc/" + shim + "/task/" + shim + "/children")))
        .isEqualTo(((ShimStatus.Running) container.shim().status()).pid() + " ");
  }

  private static long descriptors(int pid) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return all.count();
    }
  }

  @Test
  void aClientThatGoesAwayEndsItsExec() throws Exception {
    try (ShimConnection connection = ShimConnection.open(container.run().resolve(Shim.SOCKET))) {
      connection.write(Shim.request(Box.execPlan("sleep", "4242"), Duration.ZERO));
      while (connection.read().type() != Frame.EXEC_STARTED) {
        // the state comes first
      }
    }
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (Box.text(container.exec("ps").stdout()).contains("sleep 4242")) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }

  @Test
  void aClientThatDoesNotReadDelaysNobody() throws Exception {
    try (ShimConnection lazy = ShimConnection.open(container.run().resolve(Shim.SOCKET))) {
      lazy.write(Shim.request(Box.execPlan("yes"), Duration.ZERO));

      assertThat(Box.text(container.exec("echo", "quick").stdout())).isEqualTo("quick\n");
      assertThat(container.shim().status()).isInstanceOf(ShimStatus.Running.class);
    }
  }

  @Test
  void anEndedContainerTakesNoExec() throws IOException {
    container.shim().signal(9);
    container.exit();

    assertThatThrownBy(() -> container.exec("true")).isInstanceOf(IOException.class);
  }

  @Test
  void aTerminalIsGivenToAnExec() throws IOException {
    Plan plan =
        Plan.builder()
            .terminal(33, 44, "")
            .exec(List.of("sh", "-c", "tty; stty size"), Box.ENVIRONMENT)
            .build();

    ExecResult result = container.shim().exec(plan, Box.SOON, PLENTY);

    assertThat(Box.text(result.stdout())).isEqualTo("/dev/pts/0\r\n33 44\r\n");
  }

  @Test
  void errnoOfAFailureIsTyped() {
    assertThatThrownBy(() -> container.exec("/bin"))
        .isInstanceOfSatisfying(
            ShimFailure.class,
            failure -> {
              assertThat(failure.errno()).isEqualTo(Errno.EACCES);
              assertThat(failure.exitCode()).isEqualTo(126);
            });
  }
}
