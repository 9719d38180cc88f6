package io.gantry.cni.engine;

import io.gantry.cni.Attachment;
import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Filtered;
import io.gantry.cni.filter.ForeignDrops;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PlaceTakenException;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what networks have on the node to what the pods' records say, at start and from then on.
 */
final class Upkeep implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
  private static final int MINUTES = 5;

  /** Work that may not run while leftovers of the same network are collected. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws CniException;
  }

  private final EngineParts parts;
  private final NetworkChoice choice;

  /**
   * A program is told at its start what is valid: no pod may come up while it removes the rest.
   * Plugins of this process look at the records after they looked at the kernel.
   */
  private final ReentrantReadWriteLock collecting = new ReentrantReadWriteLock();

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("network upkeep").daemon().unstarted(task));

  private volatile String warning = "";

  Upkeep(EngineParts parts, NetworkChoice choice) {
    this.parts = parts;
    this.choice = choice;
  }

  /** What pods on this node will suffer from, or empty. */
  String warning() {
    return warning;
  }

  /** Rebuilds and collects now, and collects every few minutes. */
  List<String> begin(LivePods pods) {
    List<String> problems = new ArrayList<>();
    try {
      for (PlaceTakenException refused : parts.table().rebuild(elements(pods, problems))) {
        problems.add("two pods have one port: " + refused.getMessage());
      }
    } catch (IOException e) {
      problems.add("the packet filter cannot be put right: " + e.getMessage());
    }
    problems.addAll(collect(pods));
    var _ = timer.scheduleWithFixedDelay(() -> again(pods), MINUTES, MINUTES, TimeUnit.MINUTES);
    return List.copyOf(problems);
  }

  private void again(LivePods pods) {
    try {
      collect(pods).forEach(problem -> log.warn("networks: {}", problem));
    } catch (RuntimeException e) {
      log.error("looking for leftovers of networks failed", e);
    }
  }

  private Map<Owner, List<Elements>> elements(LivePods pods, List<String> problems) {
    Map<Owner, List<Elements>> all = new HashMap<>();
    pods.all()
        .forEach((pod, attachments) -> {
          for (Attachment attachment : attachments) {
            try {
              all.put(
                  new Owner(attachment.network(), pod, attachment.interfaceName()),
                  elements(pod, attachment));
            } catch (CniException e) {
              problems.add("pod " + pod + ": " + e.getMessage());
            }
          }
        });
    return all;
  }

  private List<Elements> elements(String pod, Attachment attachment) throws CniException {
    AttachedChain attached = AttachedChain.of(pod, null, attachment);
    CniResult result = attached.result();
    if (result == null) {
      return List.of();
    }
    Chain chain = new Chain(attached.list(), parts.plugins());
    List<Elements> elements = new ArrayList<>();
    for (var plugin : attached.list().plugins()) {
      var call = chain.call(attached.request(), plugin, result);
      if (parts.plugins().of(call.config().type()) instanceof Filtered filtered) {
        elements.add(filtered.elements(call));
      }
    }
    return elements;
  }

  /** Removes what belongs to no pod. */
  private List<String> collect(LivePods pods) {
    List<String> problems = new ArrayList<>();
    for (NetworkList list : choice.known()) {
      if (!list.disableGc()) {
        collect(list, pods, problems);
      }
    }
    try {
      release(pods);
      warning =
          ForeignDrops.find(parts.nftables())
              .map(chain -> "nftables chain " + chain + " drops what pods send to the outside")
              .orElse("");
    } catch (IOException e) {
      problems.add("the packet filter cannot be looked at: " + e.getMessage());
    }
    return problems;
  }

  private void collect(NetworkList list, LivePods pods, List<String> problems) {
    boolean alone = hasProgram(list);
    if (alone) {
      collecting.writeLock().lock();
    }
    try {
      new Chain(list, parts.plugins()).gc(pods.valid(list.name()));
    } catch (CniException e) {
      problems.add("leftovers: " + e.getMessage());
    } finally {
      if (alone) {
        collecting.writeLock().unlock();
      }
    }
  }

  /** Elements of networks that are configured no more. */
  private void release(LivePods pods) throws IOException {
    for (Owner owner : parts.table().owners()) {
      boolean live =
          pods.valid(owner.network()).stream()
              .map(one -> new Owner(owner.network(), one.containerId(), one.ifName()))
              .anyMatch(owner::equals);
      if (!live) {
        parts.table().release(owner);
      }
    }
  }

  <T> T whileNothingIsCollected(NetworkList list, Work<T> work) throws CniException {
    if (!hasProgram(list)) {
      return work.run();
    }
    collecting.readLock().lock();
    try {
      return work.run();
    } finally {
      collecting.readLock().unlock();
    }
  }

  /** A plugin that is missing shows itself as a failure when it is run. */
  private boolean hasProgram(NetworkList list) {
    return list.plugins().stream()
        .map(plugin -> plugin.path("type").asText())
        .anyMatch(type -> {
          try {
            Plugin plugin = parts.plugins().of(type);
            return plugin instanceof ExecutedPlugin;
          } catch (CniException missing) {
            return false;
          }
        });
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
