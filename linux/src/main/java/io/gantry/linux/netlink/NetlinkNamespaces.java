package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.SocketCalls;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The machine's network namespaces. Safe for use by several threads. */
public final class NetlinkNamespaces implements NetworkNamespaces {

  private final SocketCalls calls;

  public NetlinkNamespaces(SocketCalls calls) {
    this.calls = calls;
  }

  @Override
  public NetworkNamespace own() {
    return new Own(calls);
  }

  @Override
  public NetworkNamespace at(Fd netns) {
    return new Other(calls, netns);
  }

  /** No thread of the daemon is ever elsewhere for longer than one piece of work. */
  private record Own(SocketCalls calls) implements NetworkNamespace {

    @Override
    public <T extends @Nullable Object> T call(Work<T> work) throws IOException {
      return work.run();
    }

    @Override
    public <T extends @Nullable Object> T use(StackWork<T> work) throws IOException {
      try (NetworkStack stack = open()) {
        return work.run(stack);
      }
    }

    @Override
    public NetworkStack open() throws IOException {
      return NetlinkStack.open(calls);
    }
  }

  private record Other(SocketCalls calls, Fd netns) implements NetworkNamespace {

    @Override
    public <T extends @Nullable Object> T call(Work<T> work) throws IOException {
      return NamespaceThread.call(
          "netns " + netns.number(),
          thread -> {
            thread.enter(netns, Namespace.NET);
            return work.run();
          });
    }

    @Override
    public <T extends @Nullable Object> T use(StackWork<T> work) throws IOException {
      return call(() -> {
        try (NetworkStack stack = NetlinkStack.open(calls)) {
          return work.run(stack);
        }
      });
    }

    @Override
    public NetworkStack open() throws IOException {
      return call(() -> NetlinkStack.open(calls));
    }
  }
}
