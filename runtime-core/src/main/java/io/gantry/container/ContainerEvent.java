package io.gantry.container;

import java.time.Instant;

/** What can happen to a container. */
public sealed interface ContainerEvent {

  /** Its directories are there. */
  record Prepared() implements ContainerEvent {}

  /** Somebody asked for its start; the shim is about to be spawned. */
  record StartBegun() implements ContainerEvent {}

  /** Its program has been executed. */
  record Started(int pid, Instant at) implements ContainerEvent {}

  /** The start was interrupted before a shim existed. */
  record StartUndone() implements ContainerEvent {}

  /** A step before the program failed. */
  record StartFailed(Instant at, int exitCode, String message) implements ContainerEvent {}

  /** The first process has ended. */
  record Ended(Instant at, int exitCode, String reason, String message) implements ContainerEvent {}

  /** Somebody asked for its removal, at this time. */
  record RemovalBegun(Instant at) implements ContainerEvent {}
}
