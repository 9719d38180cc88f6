package io.gantry.shim;

import io.gantry.linux.Errno;
import java.io.Serializable;

/**
 * The step that failed, as the shim reports it.
 *
 * @param index its place in the plan counted from 0, or -1 for what comes before any step
 * @param step the operation's label
 * @param subject the object of the step: a path, a name
 * @param detail what the kernel said beyond the errno, or empty
 */
public record StepFailure(int index, String step, String subject, Errno errno, String detail)
    implements Serializable {

  @Override
  public String toString() {
    String head = subject.isEmpty() ? step : step + " " + subject;
    return head + ": " + errno + (detail.isEmpty() ? "" : " (" + detail + ")");
  }
}
