package io.gantry.metrics.sample;

import java.io.IOException;
import java.util.Optional;

/** Reads what control groups use. For one thread at a time. */
interface GroupReader {

  /** What is asked often; nothing when the group is gone. */
  Optional<GroupUsage> usage(GroupDirectories group) throws IOException;

  /** The rest; nothing when the group is gone. */
  Optional<GroupDetails> details(GroupDirectories group) throws IOException;
}
