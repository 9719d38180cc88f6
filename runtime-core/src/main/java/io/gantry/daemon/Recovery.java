package io.gantry.daemon;

import java.io.IOException;

/**
 * Compares what the records say with what the kernel has, before the first request: adopts,
 * finishes or undoes.
 */
@FunctionalInterface
public interface Recovery {
  void run() throws IOException;
}
