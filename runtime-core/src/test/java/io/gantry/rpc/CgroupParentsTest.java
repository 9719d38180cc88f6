package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.error.InvalidException;
import io.gantry.linux.cgroup.CgroupDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupParentsTest {

  private static final Field FIELD = Field.of("cgroup_parent");
  private static final CgroupParents CGROUPFS = new CgroupParents(CgroupDriver.CGROUPFS, "");
  private static final CgroupParents SYSTEMD =
      new CgroupParents(CgroupDriver.SYSTEMD, "/gantry.slice");

  private static void refused(CgroupParents parents, String parent, String... parts) {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> parents.path(parent, FIELD))
        .satisfies(e -> assertThat(e.advice()).contains(parts));
  }

  @ParameterizedTest
  @ValueSource(strings = {"kubepods-pod1.slice", "/kubepods.slice/kubepods-pod1.slice"})
  void cgroupfsTakesNoSlices(String slice) {
    refused(
        CGROUPFS,
        slice,
        "cgroup_parent is " + slice,
        "the cgroup driver in use is cgroupfs",
        "send a path such as /kubepods/pod1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/kubepods/pod1", "kubepods", "/kubepods.slice/pod1"})
  void systemdTakesNothingElse(String path) {
    refused(
        SYSTEMD,
        path,
        "cgroup_parent is " + path,
        "the cgroup driver in use is systemd",
        "send a slice such as kubepods-pod1.slice");
  }

  @Test
  void whatIsNoNameOfASliceIsRefusedWithTheReason() {
    refused(SYSTEMD, "a--b.slice", "is a--b.slice: ", "one dash each");
    refused(SYSTEMD, "/b.slice/a-b.slice", "lies at /a.slice/a-b.slice");
    refused(CGROUPFS, "kubepods/pod1", "give an absolute path");
  }

  @ParameterizedTest
  @CsvSource({
    "kubepods-pod1.slice, /kubepods.slice/kubepods-pod1.slice",
    "/kubepods.slice/kubepods-pod1.slice, /kubepods.slice/kubepods-pod1.slice",
    "'', /gantry.slice"
  })
  void aSliceIsWhereSystemdPutsIt(String parent, String path) {
    assertThat(SYSTEMD.path(parent, FIELD)).isEqualTo(path);
  }

  @Test
  void aPathStaysAsItIs() {
    assertThat(CGROUPFS.path("/kubepods/pod1", FIELD)).isEqualTo("/kubepods/pod1");
    assertThat(CGROUPFS.path("", FIELD)).isEmpty();
  }
}
