package io.gantry.streaming;

import io.gantry.shim.ProcessStream;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** What streams lead to. Failures are {@link io.gantry.error.GantryException}s. May block. */
public interface StreamTargets {

  /** Executes the command; the caller closes the stream. */
  ProcessStream exec(StreamRequest.Exec request);

  /** Attaches to the container; the caller closes the stream. */
  ProcessStream attach(StreamRequest.Attach request);

  /**
   * A connection to a port of a pod; the caller closes it.
   *
   * @param made is given each socket before it connects; who closes it there ends the waiting
   * @throws IOException when nothing answers there, saying pod and port
   */
  SocketChannel connect(String pod, int port, Consumer<SocketChannel> made) throws IOException;
}
