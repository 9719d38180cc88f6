package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.DeviceSpec;
import io.gantry.error.InvalidException;
import io.gantry.linux.Device;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.cgroup.DeviceRule;
import io.gantry.linux.cgroup.DeviceRule.Access;
import io.gantry.linux.cgroup.DeviceRule.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceRulesTest {

  private final HostDevices devices = new HostDevices(Linux.syscalls());

  @Test
  void nodesMayBeMadeButOnlyTheDefaultOnesOpened() {
    List<DeviceRule> rules = DeviceRules.of(List.of()).allowed();
    assertThat(rules)
        .contains(
            new DeviceRule(Kind.BLOCK, DeviceRule.ANY, DeviceRule.ANY, Set.of(Access.MAKE_NODE)),
            DeviceRule.character(1, 3),
            DeviceRule.character(136, DeviceRule.ANY));
    assertThat(rules)
        .filteredOn(rule -> rule.kind() == Kind.BLOCK)
        .allMatch(rule -> rule.access().equals(Set.of(Access.MAKE_NODE)));
  }

  @Test
  void grantsAreAllowedAsFarAsTheyGo() {
    DeviceNode disk = new DeviceNode("/dev/disk", FileFlags.S_IFBLK | 0600, new Device(8, 1), 0, 0);
    assertThat(DeviceRules.of(List.of(new DeviceGrant(disk, "r"))).allowed())
        .last()
        .isEqualTo(new DeviceRule(Kind.BLOCK, 8, 1, Set.of(Access.READ)));
  }

  @Test
  void privilegedIsUnrestricted() {
    assertThat(DeviceRules.privileged().everything()).isTrue();
  }

  @Test
  void devicesOfTheMachineKeepTheirNumbers() throws IOException {
    List<DeviceGrant> grants =
        devices.granted(
            List.of(new DeviceSpec("/dev/nothing", "/dev/null", "rw")), ProcessUser.ROOT, null);
    assertThat(grants).hasSize(1);
    assertThat(grants.getFirst().node().path()).isEqualTo("/dev/nothing");
    assertThat(grants.getFirst().node().device()).isEqualTo(new Device(1, 3));
    assertThat(grants.getFirst().access()).isEqualTo("rw");
  }

  @Test
  void saidNothingMeansEverythingAtTheSamePlace() throws IOException {
    DeviceGrant grant =
        devices
            .granted(List.of(new DeviceSpec("", "/dev/zero", "")), ProcessUser.ROOT, null)
            .getFirst();
    assertThat(grant.node().path()).isEqualTo("/dev/zero");
    assertThat(grant.access()).isEqualTo("rwm");
  }

  @ParameterizedTest
  @CsvSource({"/dev/no-such-device, r", "/etc/passwd, r", "/dev/null, rx"})
  void whatIsNoDeviceIsRefused(String path, String permissions) {
    assertThatThrownBy(() ->
            devices.granted(List.of(new DeviceSpec("", path, permissions)), ProcessUser.ROOT, null))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining(path);
  }

  @Test
  void aPathInTheContainerIsNoLongerThanTheKernelTakes() throws IOException {
    String longest = "/" + "é".repeat(2047);
    assertThat(
            devices.granted(
                List.of(new DeviceSpec(longest, "/dev/null", "r")), ProcessUser.ROOT, null))
        .hasSize(1);

    assertTooLong(new DeviceSpec(longest + "x", "/dev/null", "r"));
    assertTooLong(new DeviceSpec(longest, "/dev", "r"));
  }

  private void assertTooLong(DeviceSpec device) {
    assertThatThrownBy(() -> devices.granted(List.of(device), ProcessUser.ROOT, null))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("container_path")
        .hasMessageContaining(device.hostPath());
  }
}
