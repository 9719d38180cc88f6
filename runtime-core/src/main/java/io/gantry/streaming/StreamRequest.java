package io.gantry.streaming;

import java.util.List;

/** What a client was promised a stream for. */
public sealed interface StreamRequest {

  /** The first part of its URL's path. */
  String kind();

  /** Whether the process has a terminal. */
  default boolean tty() {
    return false;
  }

  default boolean stdin() {
    return false;
  }

  default boolean stdout() {
    return false;
  }

  default boolean stderr() {
    return false;
  }

  /**
   * A command beside a container's first process.
   *
   * @param container a whole id
   */
  record Exec(
      String container,
      List<String> command,
      boolean tty,
      boolean stdin,
      boolean stdout,
      boolean stderr)
      implements StreamRequest {

    public Exec {
      command = List.copyOf(command);
    }

    @Override
    public String kind() {
      return "exec";
    }
  }

  /**
   * A container's first process.
   *
   * @param container a whole id
   */
  record Attach(String container, boolean tty, boolean stdin, boolean stdout, boolean stderr)
      implements StreamRequest {

    @Override
    public String kind() {
      return "attach";
    }
  }

  /**
   * Ports of a pod.
   *
   * @param pod a whole id
   * @param ports where the client names none itself: over WebSocket without SPDY
   */
  record Forward(String pod, List<Integer> ports) implements StreamRequest {

    public Forward {
      ports = List.copyOf(ports);
    }

    @Override
    public String kind() {
      return "portforward";
    }
  }
}
