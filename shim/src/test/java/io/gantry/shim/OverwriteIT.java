package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The overwriting of the host's runtime from inside (CVE-2019-5736). Only the static build can be
 * executed inside a container's root at all.
 */
class OverwriteIT {

  @Test
  void theSupervisorsBinaryCannotBeWrittenFromInside() throws IOException {
    try (Box box = new Box(Binary.RELEASE)) {
      Box.Container container =
          box.start(
              box.plan()
                  .openStdin()
                  .pivot()
                  .exec(List.of("/proc/self/exe", "check-plan"), List.of()));
      container.started();

      ExecResult attack = container.exec("sh", "-c", "echo x > /proc/1/exe");

      assertThat(Box.text(attack.stderr())).contains("Read-only file system");
    }
  }
}
