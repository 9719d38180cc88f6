package io.gantry.daemon;

import io.gantry.rpc.Edge;
import java.io.IOException;

/**
 * The wired services behind the socket.
 *
 * @param closing gives back what they hold in this process; containers keep running
 */
record Services(Edge edge, Recovery recovery, Closing closing) {

  /** The end of what the services hold. */
  @FunctionalInterface
  interface Closing {
    void close() throws IOException;
  }
}
