package io.gantry.pod;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets that were made in the networks of pods. A socket keeps its network alive, so none may
 * outlive its pod. Safe for use by many threads.
 */
final class PodSockets {

  private static final Logger LOG = LoggerFactory.getLogger(PodSockets.class);

  private final ConcurrentHashMap<PodId, Set<SocketChannel>> open = new ConcurrentHashMap<>();

  /** Takes over the closing of a socket, unless somebody closes it sooner. */
  void add(PodId pod, SocketChannel socket) {
    open.compute(
        pod,
        (_, kept) -> {
          Set<SocketChannel> sockets = kept == null ? new HashSet<>() : kept;
          sockets.removeIf(other -> !other.isOpen());
          sockets.add(socket);
          return sockets;
        });
  }

  /** Closes all that a pod has; whoever reads or writes there is told by an exception. */
  void close(PodId pod) {
    Set<SocketChannel> sockets = open.remove(pod);
    if (sockets == null) {
      return;
    }
    for (SocketChannel socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.warn("closing a connection to pod {} failed: {}", pod.brief(), e.toString());
      }
    }
  }

  /** How many are remembered of a pod. */
  int count(PodId pod) {
    return open.getOrDefault(pod, Set.of()).size();
  }
}
