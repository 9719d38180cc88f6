package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.error.BrokenException;
import io.gantry.error.InvalidException;
import io.gantry.error.WrongStateException;
import io.gantry.linux.cgroup.CgroupLimits;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ResizingTest extends ContainersCase {

  private static CgroupLimits limits(long memory, long shares, String cpus) {
    return new CgroupLimits(
        memory == 0 ? OptionalLong.empty() : OptionalLong.of(memory),
        OptionalLong.empty(),
        shares == 0 ? OptionalLong.empty() : OptionalLong.of(shares),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        cpus,
        "",
        Map.of(),
        Map.of());
  }

  private CgroupLimits recorded(String id) {
    return containers.container(id).spec().resources().limits();
  }

  @Test
  void aRunningContainerGetsTheChangeAndTheRecordAll() {
    String id = running("a");
    containers.resize(id, limits(500, 0, ""));
    containers.resize(id, limits(0, 20, "0"));
    assertThat(process(id).limits).containsExactly(limits(500, 0, ""), limits(0, 20, "0"));
    assertThat(recorded(id)).isEqualTo(limits(500, 20, "0"));
    reopen();
    assertThat(recorded(id)).isEqualTo(limits(500, 20, "0"));
  }

  @Test
  void aCreatedContainerIsStartedWithTheNewLimits() {
    String id = created("a");
    containers.resize(id, limits(500, 0, ""));
    assertThat(recorded(id)).isEqualTo(limits(500, 0, ""));
    containers.start(id);
    assertThat(process(id).limits).isEmpty();
  }

  @Test
  void memoryBelowWhatIsInUseIsRefusedAndNothingChanges() {
    String id = running("a");
    containers.resize(id, limits(500, 0, ""));
    process(id).memoryInUse = 400;
    assertThatExceptionOfType(WrongStateException.class)
        .isThrownBy(() -> containers.resize(id, limits(399, 7, "")))
        .withMessageContaining("uses 400 bytes")
        .withMessageContaining("399");
    assertThat(recorded(id)).isEqualTo(limits(500, 0, ""));
    assertThat(process(id).limits).hasSize(1);
    containers.resize(id, limits(400, 0, ""));
    assertThat(recorded(id)).isEqualTo(limits(400, 0, ""));
  }

  @Test
  void whatTheKernelRefusesIsTakenBack() {
    String id = running("a");
    containers.resize(id, limits(500, 20, ""));
    CgroupLimits refused = limits(600, 30, "");
    process(id).refusedLimits = refused;
    assertThatExceptionOfType(BrokenException.class)
        .isThrownBy(() -> containers.resize(id, refused))
        .withMessageContaining("write cpu.max: EINVAL");
    assertThat(process(id).limits)
        .isEqualTo(List.of(limits(500, 20, ""), refused, limits(500, 20, "")));
    assertThat(recorded(id)).isEqualTo(limits(500, 20, ""));
  }

  @Test
  void whatHadNoLimitHasNoneAgain() {
    String id = running("a");
    CgroupLimits refused = limits(600, 30, "0");
    process(id).refusedLimits = refused;
    assertThatExceptionOfType(BrokenException.class)
        .isThrownBy(() -> containers.resize(id, refused));
    assertThat(process(id).limits).containsExactly(refused, limits(-1, 1024, ""));
    assertThat(recorded(id)).isEqualTo(limits(0, 0, ""));
  }

  @Test
  void aStartAndAChangeDoNotMissEachOther() throws Exception {
    String id = created("a");
    CountDownLatch gate = new CountDownLatch(1);
    launcher.launchGate = gate;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> start = threads.submit(() -> containers.start(id));
      while (!(containers.container(id).state() instanceof ContainerState.Starting)) {
        Thread.sleep(1);
      }
      Future<?> change = threads.submit(() -> containers.resize(id, limits(500, 0, "")));
      gate.countDown();
      start.get(10, TimeUnit.SECONDS);
      change.get(10, TimeUnit.SECONDS);
    }
    assertThat(process(id).limits).containsExactly(limits(500, 0, ""));
    assertThat(recorded(id)).isEqualTo(limits(500, 0, ""));
  }

  @Test
  void limitsThatTheMachineCannotKeepAreRefusedFirst() {
    String id = running("a");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> containers.resize(id, limits(1, 1, "99")));
    assertThat(process(id).limits).isEmpty();
  }

  @Test
  void aContainerThatEndsMeanwhileIsNoFailure() {
    String id = running("a");
    CgroupLimits refused = limits(600, 30, "");
    process(id).refusedLimits = refused;
    process(id).exit(0);
    containers.resize(id, refused);
    assertThat(recorded(id)).isEqualTo(refused);
  }
}
