package io.gantry.pod;

import io.gantry.error.WrongStateException;
import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.state.Table;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Connections to what listens inside of pods on loopback. A socket belongs to the network it was
 * made in, so only its making needs a thread there; no process is started. Safe for use by many
 * threads.
 */
public final class PodPorts {

  /** A listener whose queue is full does not answer at all. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Table<Pod> pods;
  private final PodNamespaces namespaces;

  public PodPorts(Table<Pod> pods, PodNamespaces namespaces) {
    this.pods = pods;
    this.namespaces = namespaces;
  }

  /** The pod with that id or unique beginning, if it is ready. */
  public Pod ready(String id) {
    Pod pod = pods.require(id);
    if (!pod.ready()) {
      throw new WrongStateException(
          pod.id().subject(),
          "pod " + pod.id().brief() + " is not ready, so nothing listens in it",
          "name a pod that gantry pods shows as Ready");
    }
    return pod;
  }

  /**
   * Connects to a port of a pod. Takes up to 10 s for each of 127.0.0.1 and ::1.
   *
   * @param made is given each socket before it connects; who closes it there ends the waiting
   * @throws IOException when nobody answers, naming the pod and the port
   */
  public SocketChannel connect(String id, int port, Consumer<SocketChannel> made)
      throws IOException {
    Pod pod = ready(id);
    try {
      return new LoopbackCall(family -> socket(pod, family), LIMIT).connect(port, made);
    } catch (IOException e) {
      throw new IOException(
          "connecting to port %d of pod %s: %s on 127.0.0.1 and ::1"
              .formatted(port, pod.id().brief(), e.getMessage()),
          e);
    }
  }

  private SocketChannel socket(Pod pod, ProtocolFamily family) throws IOException {
    SocketChannel socket = made(pod, family);
    // A pod that was stopped meanwhile has given its descriptor back, and the number may have
    // been another's: only of a pod that is still ready is it sure that the socket is its own, and
    // that it is closed when the pod ends.
    try {
      namespaces.sockets().add(pod.id(), socket);
      ready(pod.id().value());
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private SocketChannel made(Pod pod, ProtocolFamily family) throws IOException {
    Fd network = namespaces.of(pod.id()).get(Namespace.NET);
    if (network == null) {
      if (pod.spec().namespaces().network() != NamespaceMode.NODE) {
        throw new IOException("the network of pod " + pod.id().brief() + " is not open");
      }
      return SocketChannel.open(family);
    }
    return NamespaceThread.call(
        "port " + pod.id().brief(),
        thread -> {
          thread.enter(network, Namespace.NET);
          return SocketChannel.open(family);
        });
  }
}
