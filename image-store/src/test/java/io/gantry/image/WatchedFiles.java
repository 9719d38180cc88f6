package io.gantry.image;

import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.OpenHow;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The machine's file calls, of which those that change the disk are told before and after. */
final class WatchedFiles {

  private static final Set<String> CHANGES =
      Set.of(
          "write",
          "mkdirat",
          "mknodat",
          "symlinkat",
          "linkat",
          "unlinkat",
          "renameat2",
          "fsync",
          "syncfs");

  /** Who is told. */
  interface Watcher {
    default void before(String call, Object[] arguments) {}

    default void after(String call, Object[] arguments, @Nullable Object result) {}
  }

  private WatchedFiles() {}

  static FileCalls of(Watcher watcher) {
    FileCalls real = Linux.syscalls();
    return (FileCalls)
        Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class},
            (proxy, method, arguments) -> {
              boolean change = isChange(method.getName(), arguments);
              if (change) {
                watcher.before(method.getName(), arguments);
              }
              Object result;
              try {
                result = method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (change || method.getName().startsWith("open")) {
                watcher.after(method.getName(), arguments, result);
              }
              return result;
            });
  }

  private static boolean isChange(String call, Object[] arguments) {
    return CHANGES.contains(call) || isCreation(call, arguments);
  }

  static boolean isCreation(String call, Object[] arguments) {
    return switch (call) {
      case "open" -> ((int) arguments[1] & FileFlags.O_CREAT) != 0;
      case "openat" -> ((int) arguments[2] & FileFlags.O_CREAT) != 0;
      case "openat2" -> (((OpenHow) arguments[2]).flags() & FileFlags.O_CREAT) != 0;
      default -> false;
    };
  }
}
