package io.gantry.image;

import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.FileCalls;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A process with a small heap that pulls images. What they write goes nowhere and is not synced:
 * this is about memory. Arguments: the store's root, then references.
 */
final class HeapChild {

  private static final int LARGE = 64 << 10;

  private HeapChild() {}

  public static void main(String[] arguments) throws IOException {
    try (ImageStore store =
        KillChild.open(Path.of(arguments[0]), weightless(), Duration.ofMinutes(10))) {
      for (int i = 1; i < arguments.length; i++) {
        store.pull(ImageReference.parse(arguments[i]), RegistryAuth.ANONYMOUS);
      }
    }
  }

  private static FileCalls weightless() {
    FileCalls real = Linux.syscalls();
    return (FileCalls)
        Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "syncfs", "fsync" -> {
                  return null;
                }
                case "write" -> {
                  ByteBuffer bytes = (ByteBuffer) arguments[1];
                  int count = bytes.remaining();
                  if (count >= LARGE) {
                    bytes.position(bytes.limit());
                    return count;
                  }
                }
                default -> {
                  // The rest is real.
                }
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
