package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenFlagsTest {

  @Test
  void arm64HasItsOwnBitsForDirectoriesAndLinks() {
    assertThat(OpenFlags.forArm(FileFlags.O_PATH | FileFlags.O_DIRECTORY)).isEqualTo(0x204000);
    assertThat(OpenFlags.forArm(FileFlags.O_NOFOLLOW | FileFlags.O_CREAT)).isEqualTo(0x8040);
    assertThat(OpenFlags.forArm(FileFlags.O_TMPFILE)).isEqualTo(0x404000);
  }
}
