package io.gantry.daemon;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The kernel's calls, of which one chosen call fails with EIO; all others, before and after it, are
 * real.
 */
final class FailingCalls implements InvocationHandler {

  /** Calls that only take back, and calls that cannot fail in a way that matters here. */
  private static final Set<String> NEVER =
      Set.of("umount2", "kill", "waitpid", "getpid", "pidfdSendSignal", "unlinkat", "names");

  /** Deletes in the background, at any time, what requests have thrown away. */
  private static final String TRASH = "gantry-trash";

  private final Syscalls real;
  private final AtomicInteger countdown = new AtomicInteger(Integer.MAX_VALUE);
  private volatile String failed = "";

  FailingCalls(Syscalls real) {
    this.real = real;
  }

  Syscalls calls() {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(), new Class<?>[] {Syscalls.class}, this);
  }

  /** Makes the n-th call from now fail, counted from 1. */
  void failAt(int n) {
    failed = "";
    countdown.set(n);
  }

  /** The call that has failed since {@link #failAt}, or empty. */
  String failed() {
    return failed;
  }

  void stop() {
    countdown.set(Integer.MAX_VALUE);
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    if (isCounted(method) && countdown.decrementAndGet() == 0) {
      failed = method.getName();
      throw new SyscallException(method.getName(), Errno.EIO, "injected");
    }
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static boolean isCounted(Method method) {
    return !NEVER.contains(method.getName()) && !Thread.currentThread().getName().equals(TRASH);
  }
}
