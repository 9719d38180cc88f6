/**
 * Streams to containers and pods: the daemon is asked for a URL by gRPC, and bytes flow over a
 * WebSocket connection there (subprotocol {@code v5.channel.k8s.io}). Only what this needs is here:
 * a client of 150 lines starts faster than one of a library loads.
 */
@NullMarked
package io.gantry.cli.stream;

import org.jspecify.annotations.NullMarked;
