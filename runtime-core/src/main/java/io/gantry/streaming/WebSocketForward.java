package io.gantry.streaming;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Port-forward by plain WebSocket: one connection to each port that was asked for. Streams 2i and
 * 2i+1 are data and errors of port i, and begin with its number in two bytes, the lower first
 * (k8s.io/kubelet, pkg/cri/streaming/portforward/websocket.go).
 */
final class WebSocketForward {

  /** Each port has two streams, and number 255 is that of the ends of streams. */
  static final int MOST = 127;

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketForward.class);

  private record Forwarded(int port, Inlet input, Outlet data, Outlet error) {}

  private final StreamRequest.Forward request;
  private final StreamTargets targets;
  private final Line line;
  private final List<Forwarded> ports = new ArrayList<>();
  private final AtomicInteger left;

  WebSocketForward(
      StreamRequest.Forward request, StreamTargets targets, Line line, WebSocketChannels channels) {
    this.request = request;
    this.targets = targets;
    this.line = line;
    this.left = new AtomicInteger(request.ports().size());
    for (int port : request.ports()) {
      int number = 2 * ports.size();
      ports.add(
          new Forwarded(
              port,
              channels.inlet(number),
              channels.endingOutlet(number),
              channels.outlet(number + 1)));
    }
  }

  void start() {
    for (Forwarded each : ports) {
      Thread.ofVirtual().name("portforward " + each.port()).start(() -> forward(each));
    }
  }

  private void forward(Forwarded each) {
    try {
      each.data().write(number(each.port()));
      each.error().write(number(each.port()));
      new ForwardSession(
              targets, request.pod(), each.port(), line, each.input(), each.data(), each.error())
          .run();
    } catch (IOException e) {
      LOG.debug("port {} of pod {}: the client has gone", each.port(), request.pod());
    } finally {
      if (left.decrementAndGet() == 0) {
        line.finish();
      }
    }
  }

  private static ByteBuffer number(int port) {
    return ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) port).flip();
  }
}
