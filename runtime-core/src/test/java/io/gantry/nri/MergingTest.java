package io.gantry.nri;

import static io.gantry.nri.Wanted.adjustment;
import static io.gantry.nri.Wanted.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.KeyValue;
import io.gantry.error.InvalidException;
import io.gantry.error.UnsupportedException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergingTest {

  private final Merging merging = new Merging("c1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "annotations { key: 'a' value: '1' } | Annotations a",
        "env { key: 'PATH' value: '1' } | Env PATH",
        "mounts { destination: '/data' source: '/x' } | Mounts /data",
        "args: 'sleep' | Args",
        "rlimits { type: 'RLIMIT_CORE' } | Rlimits RLIMIT_CORE",
        "CDI_devices { name: 'v.com/c=0' } | CdiDevices v.com/c=0",
        "linux { devices { path: '/dev/x' } } | Devices /dev/x",
        "linux { oom_score_adj { value: 5 } } | OomScoreAdj",
        "linux { resources { memory { limit { value: 5 } } } } | MemLimit",
        "linux { resources { memory { swap { value: 5 } } } } | MemSwapLimit",
        "linux { resources { cpu { shares { value: 5 } } } } | CPUShares",
        "linux { resources { cpu { quota { value: 5 } } } } | CPUQuota",
        "linux { resources { cpu { period { value: 5 } } } } | CPUPeriod",
        "linux { resources { cpu { cpus: '0' } } } | CPUSetCPUs",
        "linux { resources { cpu { mems: '0' } } } | CPUSetMems",
        "linux { resources { pids { limit: 5 } } } | PidsLimit",
        "linux { resources { hugepage_limits { page_size: '2MB' } } } | HugepageLimits 2MB",
        "linux { resources { unified { key: 'cpu.idle' value: '1' } } } | CgroupsUnified cpu.idle",
      })
  void twoThatSetTheSameAreRefusedByName(String wanted, String field) {
    merging.adjust("10-one", adjustment(wanted));
    merging.adjust("10-one", adjustment(wanted));

    assertThatThrownBy(() -> merging.adjust("20-two", adjustment(wanted)))
        .isInstanceOf(InvalidException.class)
        .hasMessage("NRI plugins 10-one and 20-two both set " + field + " of container c1");
  }

  @Test
  void whatDifferentPluginsSetComesTogether() {
    merging.adjust(
        "10-one",
        adjustment(
            """
            annotations { key: 'a' value: '1' }
            env { key: 'A' value: '1' }
            hooks { prestart { path: '/one' } }
            linux { resources { cpu { shares { value: 5 } } unified { key: 'x' value: '1' } } }
            """));
    merging.adjust(
        "20-two",
        adjustment(
            """
            annotations { key: 'b' value: '2' }
            env { key: 'B' value: '2' }
            hooks { prestart { path: '/two' } }
            linux { resources { cpu { cpus: '0' } unified { key: 'y' value: '2' } } }
            """));

    assertThat(merging.adjustment())
        .isEqualTo(
            adjustment(
                """
                annotations { key: 'a' value: '1' }
                annotations { key: 'b' value: '2' }
                env { key: 'A' value: '1' }
                env { key: 'B' value: '2' }
                hooks { prestart { path: '/one' } prestart { path: '/two' } }
                linux {
                  resources {
                    cpu { shares { value: 5 } cpus: '0' }
                    unified { key: 'x' value: '1' }
                    unified { key: 'y' value: '2' }
                  }
                }
                """));
  }

  @Test
  void whoTakesAThingAwayMaySetItAnewInAnyOrder() {
    merging.adjust(
        "10-one",
        adjustment(
            """
            annotations { key: 'a' value: '1' }
            env { key: 'A' value: '1' }
            mounts { destination: '/data' source: '/one' }
            linux { devices { path: '/dev/x' type: 'c' } }
            """));
    merging.adjust(
        "20-two",
        adjustment(
            """
            annotations { key: 'a' value: '2' }
            annotations { key: '-a' value: '' }
            env { key: 'A' value: '2' }
            env { key: '-A' }
            mounts { destination: '/data/' source: '/two' }
            mounts { destination: '-/data' }
            linux { devices { path: '/dev/x' type: 'b' } devices { path: '-/dev/x' } }
            """));

    ContainerAdjustment whole = merging.adjustment();
    assertThat(whole.getEnvList()).extracting(KeyValue::getKey).containsExactly("A", "-A", "A");
    assertThat(whole.getAnnotationsMap()).containsEntry("a", "2");
    assertThat(merging.owners().getOwnersOrThrow("c1").getCompoundOrThrow(6).getOwnersMap())
        .containsExactly(java.util.Map.entry("A", "20-two"));
    assertThatThrownBy(
            () -> merging.adjust("30-three", adjustment("mounts { destination: '/data' }")))
        .hasMessage("NRI plugins 20-two and 30-three both set Mounts /data of container c1");
  }

  @Test
  void aCommandLineIsReplacedByWhoSaysSo() {
    merging.adjust("10-one", adjustment("args: 'sleep' args: '1'"));
    merging.adjust("20-two", adjustment("args: '' args: 'sleep' args: '2'"));

    assertThat(merging.adjustment().getArgsList()).containsExactly("sleep", "2");
    assertThatThrownBy(() -> merging.adjust("30-three", adjustment("args: 'x'")))
        .hasMessage("NRI plugins 20-two and 30-three both set Args of container c1");
  }

  @Test
  void anEmptyWishLeavesEverythingAlone() {
    merging.adjust("10-one", ContainerAdjustment.getDefaultInstance());

    assertThat(merging.adjustment()).isEqualTo(ContainerAdjustment.getDefaultInstance());
  }

  @Test
  void ownersAreNamedByContainerAndField() {
    merging.adjust("10-one", adjustment("args: 'x' env { key: 'A' value: '1' }"));
    merging.update("20-two", List.of(limit("c2", 5)));

    assertThat(merging.owners().getOwnersOrThrow("c1").getSimpleMap()).containsEntry(7, "10-one");
    assertThat(merging.owners().getOwnersOrThrow("c1").getCompoundOrThrow(6).getOwnersMap())
        .containsEntry("A", "10-one");
    assertThat(merging.owners().getOwnersOrThrow("c2").getSimpleMap()).containsEntry(8, "20-two");
  }

  private static io.gantry.api.nri.v1alpha1.ContainerUpdate limit(String id, long bytes) {
    return update(
        "container_id: '%s' linux { resources { memory { limit { value: %d } } } }"
            .formatted(id, bytes));
  }

  @Test
  void updatesOfOneContainerAreMergedAndTwoOfTheSameLimitRefused() {
    merging.update("10-one", List.of(limit("c2", 5)));
    merging.update(
        "20-two",
        List.of(
            update(
                """
                container_id: 'c2' ignore_failure: true
                linux { resources { cpu { cpus: '1' } } }
                """)));

    assertThat(merging.updates())
        .containsExactly(
            update(
                """
                container_id: 'c2'
                linux { resources { memory { limit { value: 5 } } cpu { cpus: '1' } } }
                """));
    assertThat(merging.updateOf("c2").getCpu().getCpus()).isEqualTo("1");
    assertThat(merging.updateOf("c3").getCpu().getCpus()).isEmpty();
    assertThatThrownBy(() -> merging.update("30-three", List.of(limit("c2", 5))))
        .isInstanceOf(InvalidException.class)
        .hasMessage("NRI plugins 10-one and 30-three both set MemLimit of container c2");
  }

  @Test
  void whatIsBeingMadeIsAdjustedAndNotUpdated() {
    assertThatThrownBy(() -> merging.updateOthers("10-one", List.of(limit("c1", 5))))
        .isInstanceOf(InvalidException.class)
        .hasMessage("NRI plugin 10-one updates container c1 while it is being made");
    merging.updateOthers("10-one", List.of(limit("c2", 5)));
    assertThat(merging.updates()).hasSize(1);
  }

  @Test
  void anUpdateOfWhatIsNotServedIsRefused() {
    assertThatThrownBy(() ->
            merging.update(
                "10-one",
                List.of(
                    update("container_id: 'c2' linux { resources { rdt_class { value: 'g' } } }"))))
        .isInstanceOf(UnsupportedException.class)
        .hasMessage(
            "NRI plugin 10-one asks for linux.resources.rdt_class, which Gantry does not change");
  }

  @Test
  void evictionsOfAllAreKept() {
    merging.evict(List.of(ContainerEviction.newBuilder().setContainerId("c2").build()));
    merging.evict(List.of(ContainerEviction.newBuilder().setContainerId("c3").build()));

    assertThat(merging.evictions())
        .extracting(ContainerEviction::getContainerId)
        .containsExactly("c2", "c3");
  }
}
