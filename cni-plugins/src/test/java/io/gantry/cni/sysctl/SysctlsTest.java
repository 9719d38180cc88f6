package io.gantry.cni.sysctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.netlink.FakeNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SysctlsTest {

  @TempDir Path temp;

  private Path file;
  private Sysctls sysctls;

  @BeforeEach
  void makeSetting() throws IOException {
    file = temp.resolve("sys/net/core/some");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "3\t4\n");
    sysctls = new Sysctls(new FakeNetworks().own(), temp.resolve("sys"));
  }

  @Test
  void whatIsEqualIsNotWritten() throws IOException {
    FileTime before = FileTime.fromMillis(1000);
    Files.setLastModifiedTime(file, before);
    sysctls.ensure("net/core/some", "3\t4");
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
    sysctls.ensure("net/core/some", "5");
    assertThat(sysctls.read("net/core/some")).isEqualTo("5");
  }

  @Test
  void settingsAreNeitherMadeNorLookedForElsewhere() throws IOException {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> sysctls.write("net/core/other", "1"));
    Files.writeString(temp.resolve("outside"), "1");
    for (String path : new String[] {"../outside", "net/../../outside", "/etc/hostname", "."}) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> sysctls.read(path))
          .withMessageContaining("no setting of the kernel is at " + path);
    }
  }
}
