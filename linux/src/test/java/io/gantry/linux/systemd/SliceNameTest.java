package io.gantry.linux.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SliceNameTest {

  @ParameterizedTest
  @CsvSource({
    "a.slice, /a.slice",
    "a-b-c.slice, /a.slice/a-b.slice/a-b-c.slice",
    "kubepods-burstable-pod1_2.slice,"
        + " /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice",
    "a.slice-b.slice, /a.slice.slice/a.slice-b.slice"
  })
  void eachDashLeadsOneLevelDown(String name, String path) {
    assertThat(SliceName.parse(name).path()).isEqualTo(path);
    assertThat(SliceName.parse(path).name()).isEqualTo(name);
    assertThat(SliceName.parse(path.substring(1)).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        ".slice",
        "-.slice",
        "-a.slice",
        "a-.slice",
        "a--b.slice",
        "a b.slice",
        "a@b.slice",
        "a.scope",
        "",
        "/"
      })
  void whatSystemdWouldNotTakeIsRefused(String name) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> SliceName.parse(name));
  }

  @ParameterizedTest
  @CsvSource({
    "/b.slice/a-b.slice, /a.slice/a-b.slice",
    "a-b.slice/a-b.slice, /a.slice/a-b.slice",
    "/a-b.slice, /a.slice/a-b.slice",
    "/x/../a.slice, /a.slice"
  })
  void aPathThatIsNotTheNamesOwnIsRefusedWithThat(String parent, String path) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> SliceName.parse(parent))
        .withMessageContaining("lies at " + path + " and not at " + parent);
  }

  @ParameterizedTest
  @CsvSource({
    "/gantry, gantry.slice",
    "/node/pods, node-pods.slice",
    "/my-node/pods-1, my_node-pods_1.slice"
  })
  void aPathHasASliceThatStandsForIt(String path, String slice) {
    assertThat(SliceName.standingFor(path).name()).isEqualTo(slice);
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 300})
  void aNameLongerThanSystemdsIsRefused(int length) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new SliceName("a".repeat(length - 6) + ".slice"));
    assertThat(new SliceName("a".repeat(249) + ".slice").path()).hasSize(256);
  }
}
