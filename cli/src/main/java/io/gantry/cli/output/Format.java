package io.gantry.cli.output;

/** How a command prints what it found. */
public enum Format {
  /** For people. */
  TABLE,
  /** For programs, with the field names that crictl prints. */
  JSON,
  /** The same for those who prefer it. */
  YAML
}
