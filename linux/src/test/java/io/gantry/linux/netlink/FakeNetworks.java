package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Network namespaces that exist only in memory and behave as the contract says the kernel does. Any
 * change can be made to fail.
 */
public final class FakeNetworks implements NetworkNamespaces {

  private static final int OWN = -1;
  private static final int FIRST_DESCRIPTOR = 1000;

  private final Map<Integer, FakeNamespace> namespaces = new HashMap<>();
  private final List<String> changes = new ArrayList<>();
  private int failingChange = -1;
  private Errno failure = Errno.EIO;
  private int nextDescriptor = FIRST_DESCRIPTOR;

  @Override
  public FakeNamespace own() {
    return namespace(OWN);
  }

  @Override
  public FakeNamespace at(Fd netns) {
    return namespace(netns.number());
  }

  private FakeNamespace namespace(int key) {
    return namespaces.computeIfAbsent(key, number -> new FakeNamespace(this));
  }

  /** A new, empty namespace, which is gone with all that is in it when the descriptor is closed. */
  public Fd make() {
    return Fd.owning(nextDescriptor++, number -> drop(namespaces.remove(number)));
  }

  private static void drop(@Nullable FakeNamespace namespace) {
    if (namespace != null) {
      namespace.dropAll();
    }
  }

  /** Lets the change after that many successful ones fail, once. */
  public void failAfter(int successfulChanges, Errno errno) {
    failingChange = changes.size() + successfulChanges;
    failure = errno;
  }

  /** What was changed anywhere, in order, failures included. */
  public List<String> changes() {
    return List.copyOf(changes);
  }

  void changing(String request, String subject) throws IOException {
    changes.add(request + " " + subject);
    if (changes.size() - 1 == failingChange) {
      throw new SyscallException(request, failure, subject);
    }
  }
}
