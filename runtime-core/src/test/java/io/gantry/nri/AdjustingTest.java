package io.gantry.nri;

import static io.gantry.nri.Wanted.adjustment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerSpec;
import io.gantry.container.DeviceSpec;
import io.gantry.container.Hook;
import io.gantry.container.MountSpec;
import io.gantry.container.Rlimit;
import io.gantry.error.InvalidException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdjustingTest {

  private final ContainerSpec request = ContainerFixtures.spec("app");

  private ContainerSpec applied(String wanted) {
    return applied(request, wanted);
  }

  private static ContainerSpec applied(ContainerSpec spec, String wanted) {
    return new Adjusting("10-one").applied(adjustment(wanted), spec);
  }

  @Test
  void nothingWantedIsTheRequestItself() {
    assertThat(new Adjusting("10-one").applied(ContainerAdjustment.getDefaultInstance(), request))
        .isSameAs(request);
  }

  @Test
  void variablesAreAddedReplacedAndTakenAway() {
    assertThat(applied("env { key: 'B' value: '2=3' }").environment())
        .containsExactly("A=1", "B=2=3");
    assertThat(applied("env { key: 'A' value: '2' }").environment()).containsExactly("A=2");
    ContainerSpec without = applied("env { key: '-A' } env { key: '-PATH' }");
    assertThat(without.environment()).isEmpty();
    assertThat(without.withoutEnvironment()).containsExactlyInAnyOrder("A", "PATH");
    ContainerSpec anew = applied("env { key: '-A' } env { key: 'A' value: '3' }");
    assertThat(anew.environment()).containsExactly("A=3");
    assertThat(anew.withoutEnvironment()).isEmpty();
  }

  @Test
  void annotationsChangeForHooksAndNotForTheClient() {
    ContainerSpec changed =
        applied(
            """
            annotations { key: '-gone' value: '' }
            annotations { key: 'new' value: '1' }
            """);
    assertThat(changed.runtimeAnnotations()).isEqualTo(Map.of("new", "1"));
    assertThat(changed.annotations()).isEmpty();
    assertThat(request.runtimeAnnotations()).isEmpty();
  }

  @Test
  void theCommandLineIsReplacedAsAWhole() {
    ContainerSpec changed = applied("args: 'sh' args: '-c'");
    assertThat(changed.command()).containsExactly("sh", "-c");
    assertThat(changed.arguments()).isEmpty();
    assertThat(applied("env { key: 'B' value: '' }").command()).isEqualTo(request.command());
  }

  @Test
  void mountsAreAddedReplacedAndTakenAway() {
    ContainerSpec mounted =
        applied(
            """
            mounts {
              destination: '/data' source: '/srv' type: 'bind'
              options: 'rbind' options: 'ro' options: 'noexec' options: 'nosuid' options: 'nodev'
            }
            """);
    assertThat(mounted.mounts())
        .containsExactly(
            new MountSpec(
                "/data",
                "/srv",
                true,
                false,
                MountSpec.Propagation.PRIVATE,
                false,
                Set.of(MountSpec.Option.NOEXEC, MountSpec.Option.NOSUID, MountSpec.Option.NODEV),
                null));
    assertThat(applied(mounted, "mounts { destination: '/data/' source: '/other' }").mounts())
        .extracting(MountSpec::hostPath)
        .containsExactly("/other");
    assertThat(applied(mounted, "mounts { destination: '-/data' }").mounts()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "rw, false, false, PRIVATE",
    "ro, true, false, PRIVATE",
    "rro, true, true, PRIVATE",
    "rprivate, false, false, PRIVATE",
    "rslave, false, false, HOST_TO_CONTAINER",
    "shared, false, false, BIDIRECTIONAL"
  })
  void optionsOfMountsMeanWhatMountSays(
      String option, boolean readOnly, boolean recursive, MountSpec.Propagation propagation) {
    MountSpec mount =
        applied("mounts { destination: '/d' source: '/s' options: '" + option + "' }")
            .mounts()
            .getFirst();
    assertThat(mount.readOnly()).isEqualTo(readOnly);
    assertThat(mount.recursiveReadOnly()).isEqualTo(recursive);
    assertThat(mount.propagation()).isEqualTo(propagation);
  }

  @Test
  void devicesAreMadeAsDescribed() {
    ContainerSpec changed =
        applied(
            """
            linux {
              devices {
                path: '/dev/card' type: 'u' major: 10 minor: 200
                file_mode { value: 438 } uid { value: 7 } gid { value: 8 }
              }
              devices { path: '/dev/disk' type: 'b' major: 7 minor: 0 }
            }
            """);
    assertThat(changed.devices())
        .containsExactly(
            new DeviceSpec(
                "/dev/card", "/dev/card", "rwm", new DeviceSpec.Look("c", 10, 200, 438, 7L, 8L)),
            new DeviceSpec(
                "/dev/disk", "/dev/disk", "rwm", new DeviceSpec.Look("b", 7, 0, null, null, null)));
    assertThat(applied(changed, "linux { devices { path: '-/dev/card' } }").devices())
        .extracting(DeviceSpec::containerPath)
        .containsExactly("/dev/disk");
  }

  @Test
  void hooksComeBehindThoseThatAreThere() {
    ContainerSpec first = applied("hooks { create_container { path: '/one' } }");
    ContainerSpec both =
        applied(
            first,
            """
            hooks {
              start_container {
                path: '/two' args: 'two' args: 'x' env: 'A=1' timeout { value: 5 }
              }
            }
            """);
    assertThat(both.hooks())
        .containsExactly(
            new Hook(
                Hook.Stage.CREATE_CONTAINER,
                "/one",
                List.of("/one"),
                List.of(),
                Hook.DEFAULT_SECONDS),
            new Hook(Hook.Stage.START_CONTAINER, "/two", List.of("two", "x"), List.of("A=1"), 5));
  }

  @Test
  void limitsOfProcessesAreKept() {
    assertThat(applied("rlimits { type: 'RLIMIT_NOFILE' soft: 10 hard: 20 }").rlimits())
        .containsExactly(new Rlimit("RLIMIT_NOFILE", 10, 20));
    assertThat(
            applied("rlimits { type: 'RLIMIT_CORE' soft: 1 hard: 18446744073709551615 }").rlimits())
        .containsExactly(new Rlimit("RLIMIT_CORE", 1, -1));
  }

  @Test
  void resourcesChangeWhereAPluginSaysSomething() {
    ContainerSpec memory = applied("linux { resources { memory { limit { value: 100 } } } }");
    ContainerSpec both =
        applied(
            memory,
            """
            linux {
              oom_score_adj { value: -5 }
              resources {
                cpu { shares { value: 20 } quota { value: 30 } period { value: 40 } cpus: '0' mems: '1' }
                pids { limit: 9 }
                hugepage_limits { page_size: '2MB' limit: 50 }
                unified { key: 'cpu.idle' value: '1' }
              }
            }
            """);
    var limits = both.resources().limits();
    assertThat(limits.memoryBytes()).isEqualTo(OptionalLong.of(100));
    assertThat(limits.cpuShares()).isEqualTo(OptionalLong.of(20));
    assertThat(limits.cpuQuotaMicros()).isEqualTo(OptionalLong.of(30));
    assertThat(limits.cpuPeriodMicros()).isEqualTo(OptionalLong.of(40));
    assertThat(limits.cpus() + limits.mems()).isEqualTo("01");
    assertThat(limits.pids()).isEqualTo(OptionalLong.of(9));
    assertThat(limits.hugepageBytes()).isEqualTo(Map.of("2MB", 50L));
    assertThat(limits.unified()).isEqualTo(Map.of("cpu.idle", "1"));
    assertThat(both.resources().oomScoreAdjustment()).isEqualTo(-5);
    assertThat(memory.resources().oomScoreAdjustment()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mounts { destination: '/d' source: '/s' type: 'tmpfs' }"
            + " | mounts.type \"tmpfs\": only bind mounts are served",
        "mounts { destination: '/d' source: '/s' options: 'sync' }"
            + " | mounts.options \"sync\": no option that Gantry knows",
        "mounts { destination: 'd' source: '/s' } | mounts \"/s at d\": paths must be absolute",
        "mounts { destination: '/d' source: 's' } | mounts \"s at /d\": paths must be absolute",
        "linux { devices { path: 'x' type: 'c' } } | linux.devices.path \"x\": not absolute",
        "linux { devices { path: '/x' type: 'p' } }"
            + " | linux.devices.type \"p\": neither b, c nor u",
        "linux { devices { path: '/x' type: 'c' minor: -1 } }"
            + " | linux.devices \"/x\": numbers that no device has",
        "linux { devices { path: '/x' type: 'c' major: 4294967296 } }"
            + " | linux.devices \"/x\": numbers that no device has",
        "hooks { prestart { path: 'x' } } | hooks.path \"x\": not absolute",
        "hooks { prestart { path: '/x' timeout { value: 0 } } }"
            + " | hooks.timeout \"0\": not from 1 to 110 seconds",
        "hooks { prestart { path: '/x' timeout { value: 111 } } }"
            + " | hooks.timeout \"111\": not from 1 to 110 seconds",
        "rlimits { type: 'RLIMIT_LUCK' } | rlimits.type \"RLIMIT_LUCK\": no limit of setrlimit(2)",
        "rlimits { type: 'RLIMIT_CORE' soft: 2 hard: 1 }"
            + " | rlimits.soft \"RLIMIT_CORE\": more than the hard limit",
        "linux { oom_score_adj { value: 1001 } }"
            + " | linux.oom_score_adj \"1001\": not from -1000 to 1000",
        "env { key: 'A=B' value: '1' } | env \"A=B\": no name of a variable",
        "env { key: '' value: '1' } | env \"\": no name of a variable",
      })
  void whatCannotBeIsRefusedByPluginAndField(String wanted, String problem) {
    assertThatThrownBy(() -> applied(wanted))
        .isInstanceOf(InvalidException.class)
        .hasMessage("NRI plugin 10-one wants " + problem);
  }
}
