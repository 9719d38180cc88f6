package io.gantry.image;

import io.gantry.linux.Errno;
import io.gantry.linux.FileCalls;
import io.gantry.linux.Linux;
import io.gantry.linux.SyscallException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The machine's file calls, of which one fails as on a full disk. Those of the thread that empties
 * the trash do not count: nobody knows when it makes them.
 */
final class FailingFiles {

  private static final Set<String> NEW_NAMES =
      Set.of("write", "mkdirat", "mknodat", "symlinkat", "linkat", "renameat2");

  private final AtomicInteger calls = new AtomicInteger();
  private volatile int failing = -1;
  private volatile boolean full;
  private volatile String failed = "";

  FileCalls files() {
    FileCalls real = Linux.syscalls();
    return (FileCalls)
        Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class},
            (proxy, method, arguments) -> {
              boolean counts = !Thread.currentThread().getName().equals("gantry-trash");
              if (full && takesSpace(method.getName(), arguments)) {
                throw new SyscallException(method.getName(), Errno.ENOSPC, "test");
              }
              if (counts && calls.getAndIncrement() == failing) {
                failed = method.getName();
                throw new SyscallException(method.getName(), Errno.ENOSPC, "test");
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static boolean takesSpace(String call, Object[] arguments) {
    return NEW_NAMES.contains(call) || WatchedFiles.isCreation(call, arguments);
  }

  /** Whether nothing new fits, neither a name nor a byte. */
  void full(boolean newFull) {
    full = newFull;
  }

  /** Counts from now on; the call with this number fails, none when negative. */
  void fail(int number) {
    calls.set(0);
    failed = "";
    failing = number;
  }

  int count() {
    return calls.get();
  }

  String failed() {
    return failed;
  }
}
