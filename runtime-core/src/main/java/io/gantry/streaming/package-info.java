/**
 * Streams between a client and a container or a pod: exec, attach, port-forward.
 *
 * <p>A client asks for one by gRPC and gets a URL with a {@linkplain io.gantry.streaming.Tokens
 * token} that is good once and for a minute. It connects there, and the connection is upgraded:
 *
 * <pre>
 *   POST or GET /exec/TOKEN
 *     Upgrade: SPDY/3.1    one stream each for error, stdin, stdout, stderr, resize
 *     Upgrade: websocket   one connection, messages that begin with their stream's number
 *   /portforward/TOKEN     pairs of streams for data and error, by SPDY or by SPDY in WebSocket
 * </pre>
 *
 * <p>One native thread of Netty's moves bytes between sockets and bounded buffers; everything else
 * is plain blocking code on virtual threads. A {@link io.gantry.streaming.Line} is one connection
 * with all that belongs to it: when it goes, its threads and descriptors go. Nothing is held for a
 * client that does not read: writers wait, and so does what they read from.
 *
 * <p>The protocols are those of Kubernetes: k8s.io/apimachinery pkg/util/remotecommand and
 * pkg/util/httpstream, k8s.io/kubelet pkg/cri/streaming.
 */
@NullMarked
package io.gantry.streaming;

import org.jspecify.annotations.NullMarked;
