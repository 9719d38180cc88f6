package io.gantry.image.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which paths an image may declare. */
class DeclaredVolumesTest {

  @Test
  void pathsAreMadeAbsoluteAndPlain() throws ImageException {
    assertThat(
            DeclaredVolumes.paths(List.of("/data/", "data", "a/../b//c", "../../etc/up", "/x y")))
        .containsExactly("/b/c", "/data", "/etc/up", "/x y");
  }

  @Test
  void theRootAndWhatTheKernelShowsAreNoVolumes() throws ImageException {
    assertThat(
            DeclaredVolumes.paths(
                List.of("", "/", "..", "/proc", "/proc/self", "/dev/shm", "/sys", "/systems")))
        .containsExactly("/systems");
  }

  @Test
  void whatIsNoPathIsRefusedWithItsText() {
    assertThatThrownBy(() -> DeclaredVolumes.paths(List.of("/a\0b")))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("no path");
  }
}
