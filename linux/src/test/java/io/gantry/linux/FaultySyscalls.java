package io.gantry.linux;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Passes calls on to another kernel, notes them down, and makes one fail when told to: for tests
 * that each failing step leaves nothing behind.
 */
public final class FaultySyscalls {

  private final Syscalls behind;
  private final List<String> calls = new ArrayList<>();
  private final Map<String, Errno> byName = new ConcurrentHashMap<>();
  private int failingCall = -1;
  private Errno failure = Errno.EIO;

  public FaultySyscalls(Syscalls behind) {
    this.behind = behind;
  }

  /** The kernel to hand to the code under test. */
  public Syscalls syscalls() {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> run(method, arguments));
  }

  /** Makes the call with this index fail, counted from 0 over all calls from now on. */
  public synchronized void failCall(int index, Errno errno) {
    calls.clear();
    failingCall = index;
    failure = errno;
  }

  /** Makes the next call of this method of {@link Syscalls} fail. */
  public void failNext(String method, Errno errno) {
    byName.put(method, errno);
  }

  /** The names of the methods called since the start or the last {@link #failCall}. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  private Object run(Method method, Object @Nullable [] arguments) throws Throwable {
    Errno wanted = note(method.getName());
    if (wanted != null) {
      throw new SyscallException(method.getName(), wanted, "", "made to fail");
    }
    try {
      return method.invoke(behind, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private synchronized @Nullable Errno note(String method) {
    // A call that cannot fail is none that a test could make fail.
    if (method.equals("getpid")) {
      return null;
    }
    calls.add(method);
    return calls.size() - 1 == failingCall ? failure : byName.remove(method);
  }
}
