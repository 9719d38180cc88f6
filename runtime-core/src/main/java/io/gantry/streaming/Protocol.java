package io.gantry.streaming;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What can be spoken on a connection, and how client and server agree on it.
 *
 * @param name as it is negotiated
 * @param resize whether a terminal's size can be told
 * @param form how the end of a command is told
 * @param base64 messages are text, which their payload is encoded to fit in
 * @param halfClose a stream can be ended alone
 */
record Protocol(String name, boolean resize, StatusForm form, boolean base64, boolean halfClose) {

  /** Of connections by SPDY, best first (k8s.io/apimachinery, remotecommand constants). */
  private static final List<Protocol> SPDY =
      List.of(
          new Protocol("v4.channel.k8s.io", true, StatusForm.JSON, false, true),
          new Protocol("v3.channel.k8s.io", true, StatusForm.TEXT, false, true),
          new Protocol("v2.channel.k8s.io", false, StatusForm.TEXT, false, true),
          new Protocol("channel.k8s.io", false, StatusForm.TEXT, false, true));

  /** Of WebSocket connections (k8s.io/kubelet, pkg/cri/streaming/remotecommand/websocket.go). */
  private static final List<Protocol> WEB_SOCKET =
      List.of(
          new Protocol("v5.channel.k8s.io", true, StatusForm.JSON, false, true),
          new Protocol("v4.channel.k8s.io", true, StatusForm.JSON, false, false),
          new Protocol("v4.base64.channel.k8s.io", true, StatusForm.JSON, true, false),
          new Protocol("channel.k8s.io", true, StatusForm.TEXT, false, false),
          new Protocol("base64.channel.k8s.io", true, StatusForm.TEXT, true, false));

  /** Port-forward by SPDY. */
  static final String FORWARD = "portforward.k8s.io";

  /** The same inside of a WebSocket connection. */
  static final String TUNNEL = "SPDY/3.1+" + FORWARD;

  /** The first of the offered ones that we speak. Who offers none speaks the oldest. */
  static Optional<Protocol> spdy(Collection<String> offered) {
    return offered.isEmpty() ? Optional.of(SPDY.getLast()) : first(SPDY, offered);
  }

  /** The first of the offered ones that we speak. Who offers none speaks the oldest. */
  static Optional<Protocol> webSocket(Collection<String> offered) {
    return offered.isEmpty()
        ? Optional.of(WEB_SOCKET.get(WEB_SOCKET.size() - 2))
        : first(WEB_SOCKET, offered);
  }

  private static Optional<Protocol> first(List<Protocol> known, Collection<String> offered) {
    return offered.stream()
        .flatMap(name -> known.stream().filter(each -> each.name().equals(name)))
        .findFirst();
  }

  static List<String> spdyNames() {
    return SPDY.stream().map(Protocol::name).toList();
  }

  static List<String> webSocketNames() {
    return WEB_SOCKET.stream().map(Protocol::name).toList();
  }
}
