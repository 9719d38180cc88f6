package io.gantry.shim;

import java.nio.ByteBuffer;

/**
 * What an exec came to.
 *
 * @param exitCode the exit code, or 128 plus the signal
 * @param stdout what it wrote, up to the limit
 * @param stderr what it wrote, up to the limit
 * @param timedOut it was killed, with all it had started, because its time was over
 * @param truncated output is missing: more came than the limit let through, or it came too late
 */
public record ExecResult(
    int exitCode, ByteBuffer stdout, ByteBuffer stderr, boolean timedOut, boolean truncated) {

  public ExecResult {
    stdout = stdout.asReadOnlyBuffer();
    stderr = stderr.asReadOnlyBuffer();
  }
}
