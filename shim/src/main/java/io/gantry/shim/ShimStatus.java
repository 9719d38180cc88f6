package io.gantry.shim;

import java.time.Instant;

/** Where a shim is with its container. It only ever moves forward. */
public sealed interface ShimStatus {

  /** The plan is being carried out. */
  record Starting() implements ShimStatus {}

  /** The first process runs the container's program. */
  record Running(int pid, Instant startedAt) implements ShimStatus {}

  /** The first process has ended; the record of it is on disk. */
  record Exited(ExitStatus exit) implements ShimStatus {}

  /** A step failed; nothing of the container exists. */
  record Failed(StepFailure failure) implements ShimStatus {}
}
