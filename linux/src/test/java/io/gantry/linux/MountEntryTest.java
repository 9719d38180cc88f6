package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountEntryTest {

  @Test
  void aLineWithSeveralOptionalFieldsIsRead() {
    MountEntry mount =
        MountEntry.parse(
            "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue");
    assertThat(mount.id()).isEqualTo(36);
    assertThat(mount.root()).isEqualTo("/mnt1");
    assertThat(mount.mountPoint()).isEqualTo(Path.of("/mnt 2"));
    assertThat(mount.isShared()).isTrue();
    assertThat(mount.type()).isEqualTo("ext3");
    assertThat(mount.options()).isEqualTo(List.of("rw", "errors=continue"));
  }

  @Test
  void aLineWithoutSourceIsRead() {
    MountEntry mount = MountEntry.parse("29 26 0:26 / /dev/pts rw,relatime - devpts  rw,mode=600");
    assertThat(mount.isShared()).isFalse();
    assertThat(mount.options()).contains("mode=600");
  }

  @Test
  void nonsenseIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> MountEntry.parse("a b c"));
  }
}
