package io.gantry.linux.netlink;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One network namespace to work in, the daemon's own or another. */
public interface NetworkNamespace {

  /** Work on a thread that is inside the namespace. It must not start threads. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /** Work with the namespace's stack. It must not start threads. */
  @FunctionalInterface
  interface StackWork<T extends @Nullable Object> {
    T run(NetworkStack stack) throws IOException;
  }

  /** Runs the work inside: sockets made and {@code /proc/sys/net} seen are the namespace's. */
  <T extends @Nullable Object> T call(Work<T> work) throws IOException;

  /** As {@link #call} with a stack that is opened before and closed after the work. */
  <T extends @Nullable Object> T use(StackWork<T> work) throws IOException;

  /** A stack for longer use, from any thread. */
  NetworkStack open() throws IOException;
}
