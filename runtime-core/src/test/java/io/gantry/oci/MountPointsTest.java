package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.error.InvalidException;
import io.gantry.linux.cgroup.Cgroups.Layout;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MountPointsTest {

  private static final Path FILE = Path.of("/pod/file");

  @Test
  void parentsComeBeforeTheirChildren() {
    List<MountPoint> mounts =
        of(
            mount("/a/b/c/d", "/1"),
            mount("/a", "/2"),
            mount("/a/b", "/3"),
            mount("//x/../y/", "/4"));
    assertThat(mounts)
        .extracting(MountPoint::target)
        .containsSubsequence("/a", "/a/b", "/a/b/c/d")
        .contains("/y");
    assertThat(mounts).isSortedAccordingTo(Comparator.comparingInt(MountPoint::depth));
  }

  @Test
  void theSamePlaceTwiceKeepsTheOrderOfTheRequest() {
    assertThat(of(mount("/a", "/first"), mount("/a", "/second")))
        .filteredOn(each -> each.isAt("/a"))
        .extracting(each -> ((MountPoint.HostPath) each.source()).path().toString())
        .containsExactly("/first", "/second");
  }

  @Test
  void aDefaultGoesWhenTheRequestHasItsOwn() {
    assertThat(of(mount("/etc/hosts", "/own"), mount("/dev/shm/", "/own")))
        .extracting(MountPoint::target)
        .doesNotHaveDuplicates()
        .contains("/etc/hosts", "/dev/shm", "/etc/hostname", "/dev");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void whatCannotBeIsRefused(String problem, MountSpec mount) {
    assertThatThrownBy(() -> MountPoints.check(List.of(mount)))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining(problem);
  }

  static Stream<Arguments> whatCannotBeIsRefused() {
    return Stream.of(
        Arguments.of("must not be empty", mount("", "/x")),
        Arguments.of("over the root", mount("/a/..", "/x")),
        Arguments.of("not absolute", mount("/a", "x")),
        Arguments.of(
            "needs readonly", new MountSpec("/a", "/x", false, true, Propagation.PRIVATE, false)),
        Arguments.of(
            "private propagation",
            new MountSpec("/a", "/x", true, true, Propagation.HOST_TO_CONTAINER, false)));
  }

  private static MountSpec mount(String target, String host) {
    return new MountSpec(target, host, false, false, Propagation.PRIVATE, false);
  }

  private static List<MountPoint> of(MountSpec... mounts) {
    return MountPoints.of(
        new Requests().security(),
        List.of(mounts),
        new EtcFiles(FILE, FILE, FILE),
        CgroupView.of(Layout.V2, new CgroupStandIn(Layout.V2, new KernelStandIn())));
  }
}
