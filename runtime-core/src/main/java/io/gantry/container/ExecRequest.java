package io.gantry.container;

import java.util.List;

/**
 * A command that somebody wants to talk to.
 *
 * @param tty it gets a terminal in place of three pipes
 * @param stdin it gets standard input; a terminal always is one
 */
public record ExecRequest(List<String> command, boolean tty, boolean stdin) {

  public ExecRequest {
    command = List.copyOf(command);
  }
}
