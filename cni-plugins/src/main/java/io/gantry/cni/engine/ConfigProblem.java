package io.gantry.cni.engine;

/**
 * A configuration that cannot be used.
 *
 * @param line from 1, or 0 where the whole file is meant
 */
record ConfigProblem(String file, int line, String message) {

  @Override
  public String toString() {
    return file + (line > 0 ? ":" + line : "") + ": " + message;
  }
}
