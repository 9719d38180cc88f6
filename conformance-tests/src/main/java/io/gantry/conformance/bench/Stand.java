package io.gantry.conformance.bench;

import io.gantry.conformance.node.PrivateCgroup;
import io.gantry.conformance.node.PrivateRuntime;
import io.gantry.conformance.node.TestImage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A runtime of our own set up for measuring.
 *
 * @param image that it has
 */
record Stand(Kind kind, Ground ground, PrivateRuntime runtime, String image)
    implements AutoCloseable {

  /**
   * Sets a runtime up.
   *
   * @param parent of the runtime's directory
   */
  static Stand open(Kind kind, Path parent) throws IOException, InterruptedException {
    // The paths of sockets within have to fit into 107 bytes: unix(7).
    Ground ground = Ground.make(parent.resolve(kind.title().substring(0, 1)));
    try {
      return new Stand(kind, ground, kind.start(ground), TestImage.REFERENCE).furnished();
    } catch (IOException | InterruptedException failure) {
      ground.close();
      throw failure;
    }
  }

  private Stand furnished() throws IOException, InterruptedException {
    try {
      var _ = TestImage.importInto(runtime);
      return this;
    } catch (IOException | InterruptedException failure) {
      runtime.close();
      throw failure;
    }
  }

  PrivateCgroup group() {
    return ground.group();
  }

  /** Of all processes but the daemon, in MiB. */
  double memoryBesidesDaemon() throws IOException {
    double sum = 0;
    for (long pid : group().processes()) {
      sum += pid == runtime.pid() ? 0 : Memory.ofLiving(pid);
    }
    return sum;
  }

  /** Kills the daemon and starts it again on what is there. */
  void restart() throws IOException, InterruptedException {
    runtime.kill();
    runtime.startAgain(group().joining());
  }

  @Override
  public void close() throws IOException {
    try {
      runtime.close();
    } finally {
      ground.close();
    }
  }
}
