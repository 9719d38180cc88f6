package io.gantry.linux;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The machine's mount calls. */
class JnaMountsIT implements MountCallsContract {

  @TempDir Path temp;

  @BeforeEach
  void mountStore() throws Exception {
    linux().mount("none", temp.toString(), "tmpfs", 0, null);
  }

  @AfterEach
  void nothingStaysMounted() throws Exception {
    linux().umount2(temp.toString(), 0);
  }

  @Override
  public Syscalls linux() {
    return Linux.syscalls();
  }

  @Override
  public Path directory() {
    return temp;
  }
}
