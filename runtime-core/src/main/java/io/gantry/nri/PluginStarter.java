package io.gantry.nri;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** How installed plugins become processes; a seam for tests. Safe for use by many threads. */
public interface PluginStarter {

  /** A process that has a connection to this one. */
  interface Running extends AutoCloseable {

    /** The daemon's side of it. */
    SocketChannel channel();

    /** Waits for its end: its exit status, or 128 and the number of a signal. */
    int awaitEnd() throws InterruptedException;

    /** Ends it and what it started, without waiting for that. */
    @Override
    void close();
  }

  /** Starts the program of a plugin. */
  Running start(InstalledPlugin plugin) throws IOException;
}
