package io.gantry.oci;

import java.util.List;

/**
 * A decided process and what a person should know about it.
 *
 * @param warnings where the machine gives less than was asked for
 */
public record ProcessDecision(ProcessSpec process, List<String> warnings) {

  public ProcessDecision {
    warnings = List.copyOf(warnings);
  }
}
