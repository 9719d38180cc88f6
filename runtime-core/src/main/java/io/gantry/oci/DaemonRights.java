package io.gantry.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the daemon itself may do, and so the most it can give.
 *
 * @param capabilities its bounding set
 * @param oomScoreAdjustment its own; without CAP_SYS_RESOURCE nothing below it can be set
 */
public record DaemonRights(long capabilities, int oomScoreAdjustment) {

  private static final Path OOM_SCORE = Path.of("/proc/self/oom_score_adj");

  public static DaemonRights ofThisProcess() throws IOException {
    return new DaemonRights(
        Capabilities.ofThisProcess(), Integer.parseInt(Files.readString(OOM_SCORE).strip()));
  }

  /** The nearest value to the wanted one that the kernel will take. */
  int settable(int wantedAdjustment) {
    boolean free = (capabilities & Capability.SYS_RESOURCE.bit()) != 0;
    return free ? wantedAdjustment : Math.max(wantedAdjustment, oomScoreAdjustment);
  }
}
