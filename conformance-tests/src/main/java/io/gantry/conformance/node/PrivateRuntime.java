package io.gantry.conformance.node;

import io.gantry.conformance.cri.CriClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A CRI runtime of one's own, to be measured, tested and killed at will. Closing it takes away
 * everything it made on the machine, but for the directory that it was given. Not for use by
 * several threads.
 */
public interface PrivateRuntime extends AutoCloseable {

  /** Goes on to work after the daemon was started again. */
  CriClient client();

  Path socket();

  /** What the daemon printed so far is here. */
  Path daemonLog();

  /** Unique on this machine: the name of its bridge, and of whatever else needs one. */
  String name();

  /** The daemon's process. */
  long pid();

  /**
   * Brings an image in without a registry.
   *
   * @param archive an OCI layout in a tar
   */
  void importImage(Path archive) throws IOException, InterruptedException;

  /** SIGKILL: the daemon gets no chance to say goodbye. */
  void kill() throws InterruptedException;

  /** SIGTERM, and waits for the end. */
  void terminate() throws IOException, InterruptedException;

  /** Starts the daemon again on what the last one left. */
  void startAgain() throws IOException, InterruptedException;

  /**
   * Starts the daemon again through another program, such as {@code unshare -m}.
   *
   * @param before words before the daemon's own; the program they name must become the daemon
   */
  void startAgain(List<String> before) throws IOException, InterruptedException;

  @Override
  void close() throws IOException;
}
