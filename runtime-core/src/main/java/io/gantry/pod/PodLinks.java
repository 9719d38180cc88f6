package io.gantry.pod;

import io.gantry.linux.Fd;
import io.gantry.linux.netlink.LinkCounters;
import io.gantry.linux.netlink.LinkMeters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The traffic of pods, read over a socket that each pod's network namespace has from the first time
 * somebody asks. A socket keeps its namespace alive, so it ends before the pod's namespace goes.
 * Safe for use by many threads.
 */
public final class PodLinks implements AutoCloseable {

  private final Function<PodId, @Nullable Fd> netns;
  private final LinkMeters meters;
  private final ConcurrentHashMap<PodId, LinkMeters.Meter> open = new ConcurrentHashMap<>();

  /**
   * Sockets are opened later, one by one.
   *
   * @param netns the network namespace of a pod; null when it has none of its own, or no more
   */
  PodLinks(Function<PodId, @Nullable Fd> netns, LinkMeters meters) {
    this.netns = netns;
    this.meters = meters;
  }

  /**
   * The counters of a pod's first 64 interfaces but for loopback; none for a pod that uses the
   * machine's network or is being stopped. Happens within the map, so that {@link #close(PodId)}
   * waits for it and nothing is opened behind its back.
   */
  public List<LinkCounters> counters(PodId pod) throws IOException {
    List<LinkCounters> found = new ArrayList<>();
    AtomicReference<IOException> failure = new AtomicReference<>();
    open.compute(
        pod,
        (id, kept) -> {
          Fd namespace = netns.apply(id);
          if (namespace == null) {
            return kept;
          }
          LinkMeters.Meter meter = kept;
          try {
            if (meter == null) {
              meter = meters.open(namespace);
            }
            found.addAll(meter.traffic());
            return meter;
          } catch (IOException e) {
            // The next one begins with a new socket.
            if (meter != null) {
              meter.close();
            }
            failure.set(e);
            return null;
          }
        });
    IOException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return found;
  }

  /** Lets go of a pod whose namespace must not be found any more. */
  void close(PodId pod) {
    open.computeIfPresent(
        pod,
        (id, meter) -> {
          meter.close();
          return null;
        });
  }

  /** Lets go of all; they are opened again when somebody asks. */
  @Override
  public void close() {
    open.keySet().forEach(this::close);
  }
}
