package io.gantry.nri;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes connections of plugins from a socket. */
public final class PluginServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PluginServer.class);

  /** Connections that have not become plugins yet. */
  private static final int MOST_STRANGERS = 32;

  private final PluginHost host;
  private final ServerSocketChannel socket;
  private final Semaphore strangers = new Semaphore(MOST_STRANGERS);

  private PluginServer(PluginHost host, ServerSocketChannel socket) {
    this.host = host;
    this.socket = socket;
  }

  /** Begins to serve a socket that is bound; it is closed with the server. */
  public static PluginServer start(PluginHost host, ServerSocketChannel socket) {
    PluginServer server = new PluginServer(host, socket);
    Thread.ofVirtual().name("nri accept").start(server::accept);
    return server;
  }

  private void accept() {
    try {
      while (true) {
        strangers.acquire();
        SocketChannel channel = socket.accept();
        Thread.ofVirtual()
            .name("nri register")
            .start(() -> {
              try {
                Registration.run(host, channel);
              } finally {
                strangers.release();
              }
            });
      }
    } catch (AsynchronousCloseException _) {
      log.debug("NRI plugins are not taken any more");
    } catch (ClosedChannelException _) {
      log.debug("NRI plugins were never taken");
    } catch (IOException e) {
      log.error("NRI plugins cannot connect any more: {}", e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes no more plugins, and lets go those that are there. */
  @Override
  public void close() throws IOException {
    socket.close();
    host.close();
  }
}
