package io.gantry.shim;

import io.gantry.linux.SpawnRequest;
import java.io.IOException;

/** Starts a child of this process; a seam for spawning from another mount namespace. */
@FunctionalInterface
public interface Spawner {

  /** The pid of the new child. */
  int spawn(SpawnRequest request) throws IOException;
}
