package io.gantry.shim;

/**
 * What of a container's first process a client is attached to.
 *
 * @param stdin what the client sends is the process's input
 * @param once the end of this client's input, or of the client, is the end of the process's
 */
public record Attachment(boolean stdin, boolean stdout, boolean stderr, boolean once) {

  private static final int STDIN = 1;
  private static final int STDOUT = 2;
  private static final int STDERR = 4;
  private static final int ONCE = 8;

  int flags() {
    return (stdin ? STDIN : 0)
        | (stdout ? STDOUT : 0)
        | (stderr ? STDERR : 0)
        | (stdin && once ? ONCE : 0);
  }
}
