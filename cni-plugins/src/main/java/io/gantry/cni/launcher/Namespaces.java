package io.gantry.cni.launcher;

import io.gantry.cni.plugin.PluginCall.Netns;
import io.gantry.linux.Errno;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Opens what {@code CNI_NETNS} names. */
final class Namespaces {

  private final FileCalls calls;

  Namespaces(FileCalls calls) {
    this.calls = calls;
  }

  Netns open(String path) throws IOException {
    return new Netns(path, calls.open(Path.of(path), FileFlags.O_RDONLY | FileFlags.O_CLOEXEC, 0));
  }

  /** Nothing for a namespace that is gone. */
  Optional<Netns> openIfThere(String path) throws IOException {
    try {
      return path.isEmpty() ? Optional.empty() : Optional.of(open(path));
    } catch (SyscallException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
