package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.config.Config.CgroupSettings;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupDriver;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.systemd.SystemdMissingException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CgroupChoiceTest {

  private static final class Groups implements Cgroups {
    @Override
    public Layout layout() {
      return Layout.V2;
    }

    @Override
    public Cgroup create(String path, CgroupLimits limits) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Cgroup at(String path) {
      throw new UnsupportedOperationException();
    }
  }

  private final Cgroups files = new Groups();
  private final Cgroups systemd = new Groups();

  private static Cgroups missing() throws SystemdMissingException {
    throw new SystemdMissingException("there is none");
  }

  private CgroupChoice choice(String driver, String root, CgroupChoice.Systemd groups)
      throws IOException {
    return CgroupChoice.of(new CgroupSettings(root, driver), files, groups);
  }

  @Test
  void cgroupfsDoesNotEvenAskSystemd() throws Exception {
    CgroupChoice choice =
        choice(
            "cgroupfs",
            "/gantry",
            () -> {
              throw new AssertionError("it was asked");
            });
    assertThat(choice)
        .isEqualTo(new CgroupChoice(CgroupDriver.CGROUPFS, files, "/gantry", "/gantry"));
    assertThat(choice.parents().root()).isEmpty();
  }

  @Test
  void autoTakesSystemdWhereItIsAndElseDirectories() throws Exception {
    CgroupChoice choice = choice("auto", "/gantry", () -> systemd);
    assertThat(choice)
        .isEqualTo(new CgroupChoice(CgroupDriver.SYSTEMD, systemd, "/gantry.slice", "/gantry"));
    assertThat(choice.parents().root()).isEqualTo("/gantry.slice");
    assertThat(choice("auto", "/gantry", CgroupChoiceTest::missing))
        .isEqualTo(new CgroupChoice(CgroupDriver.CGROUPFS, files, "/gantry", "/gantry"));
  }

  @Test
  void systemdThatIsAskedForAndMissingStopsTheStart() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> choice("systemd", "/gantry", CgroupChoiceTest::missing))
        .withMessageStartingWith("cgroup.driver is systemd, but there is none; ");
  }

  @Test
  void theRootOfPodsWithoutAParentBecomesASlice() throws Exception {
    assertThat(choice("systemd", "/a/my-pods", () -> systemd).root())
        .isEqualTo("/a.slice/a-my_pods.slice");
    assertThat(choice("systemd", "/a.slice/a-b.slice", () -> systemd).root())
        .isEqualTo("/a.slice/a-b.slice");
  }
}
