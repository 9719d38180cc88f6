package io.gantry.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.container.Container;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerState;
import io.gantry.linux.cgroup.CgroupDriver;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.MachineCgroups;
import io.gantry.pod.DnsConfig;
import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.Pod;
import io.gantry.pod.PodId;
import io.gantry.pod.PodMetadata;
import io.gantry.pod.PodResources;
import io.gantry.pod.PodSpec;
import io.gantry.pod.PodState;
import io.gantry.state.RecordFiles;
import io.gantry.state.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerCgroupsTest {

  private static final String SLICE = "/kubepods.slice/kubepods-podaa_bb.slice";

  @TempDir Path directory;
  private Table<Pod> pods;
  private Cgroups machine;

  @BeforeEach
  void make() throws IOException {
    pods =
        new Table<>("pod", pod -> pod.id().value(), new RecordFiles<>(directory, "pod", Pod.class));
    machine = MachineCgroups.detect();
  }

  private ContainerCgroups cgroups(CgroupDriver driver) {
    return new ContainerCgroups(driver, machine, "/gantry", pods);
  }

  private Pod pod(String parent) {
    PodSpec spec =
        new PodSpec(
            new PodMetadata("pod", "aa-bb", "default", 0),
            "",
            "",
            DnsConfig.NONE,
            new TreeMap<>(),
            new TreeMap<>(),
            parent,
            NamespaceOptions.DEFAULT,
            new TreeMap<>(),
            List.of(),
            false,
            "",
            PodResources.NONE);
    Pod pod = new Pod(PodId.random(), spec, Instant.EPOCH, null, null, new PodState.Ready());
    pods.insert(pod);
    return pod;
  }

  private Container container(String parent) {
    return ContainerFixtures.container(pod(parent).id(), "main", new ContainerState.Created());
  }

  @Test
  void aContainerIsBelowItsPodsParent() {
    Container container = container("/kubepods/podaa-bb");
    assertThat(cgroups(CgroupDriver.CGROUPFS).of(container).path())
        .isEqualTo("/kubepods/podaa-bb/" + container.id().value());
    Container own = container("");
    assertThat(cgroups(CgroupDriver.CGROUPFS).of(own).path())
        .isEqualTo("/gantry/" + own.id().value());
  }

  /** Whatever the driver is now: what was begun with another one is found all the same. */
  @Test
  void inASliceItIsAScope() {
    Container container = container(SLICE);
    for (CgroupDriver driver : CgroupDriver.values()) {
      assertThat(cgroups(driver).of(container).path())
          .isEqualTo(SLICE + "/gantry-" + container.id().value() + ".scope");
    }
  }

  @Test
  void withoutSystemdNothingNewIsMadeInASlice() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> cgroups(CgroupDriver.CGROUPFS).create(container(SLICE)))
        .withMessageContaining(SLICE)
        .withMessageContaining("the cgroup driver in use is cgroupfs");
  }

  @Test
  void thePodsOwnGroupIsKnownByItsUidInEitherForm() {
    ContainerCgroups cgroups = cgroups(CgroupDriver.SYSTEMD);
    assertThat(cgroups.of(pod("/kubepods/podaa-bb")))
        .hasValueSatisfying(group -> assertThat(group.path()).isEqualTo("/kubepods/podaa-bb"));
    assertThat(cgroups.of(pod(SLICE)))
        .hasValueSatisfying(group -> assertThat(group.path()).isEqualTo(SLICE));
    assertThat(cgroups.of(pod("/kubepods"))).isEmpty();
    assertThat(cgroups.of(pod("/gantry.slice"))).isEmpty();
  }
}
