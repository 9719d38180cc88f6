package io.gantry.cni.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.cni.Attachment;
import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Filtered;
import io.gantry.cni.filter.ForeignDrops;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PlaceTakenException;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
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
   * Plugins of this process look at the records after they looked at the kernel. One lock for each
   * network, as a program that is slow is no reason for pods of another to wait.
   */
  private final Map<String, ReentrantReadWriteLock> collecting = new ConcurrentHashMap<>();

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
    try {
      choice.zero().followWayOut();
    } catch (IOException e) {
      problems.add("the node's way out cannot be looked at: " + e.getMessage());
    }
    for (NetworkList list : choice.known()) {
      if (isOurs(list, pods)) {
        collect(list, pods, problems);
      }
    }
    try {
      release(pods);
      if (parts.table().verify()) {
        problems.add("someone changed the packet filter's own table; it is as it was again");
      }
      warning =
          ForeignDrops.find(parts.nftables())
              .map(chain -> "nftables chain " + chain + " drops what pods send to the outside")
              .orElse("");
    } catch (IOException e) {
      problems.add("the packet filter cannot be looked at: " + e.getMessage());
    }
    return problems;
  }

  /**
   * Others may use lists that are there and not for us, and those of versions without GC say
   * nothing of whether they are shared.
   */
  private boolean isOurs(NetworkList list, LivePods pods) {
    return list.version().hasStatusAndGc()
        && !list.disableGc()
        && (choice.isChosen(list) || pods.use(list.name()));
  }

  private void collect(NetworkList list, LivePods pods, List<String> problems) {
    boolean alone = hasProgram(list);
    Lock lock = collecting(list).writeLock();
    if (alone) {
      lock.lock();
    }
    try {
      new Chain(list, parts.plugins()).gc(pods.valid(list.name()));
    } catch (CniException e) {
      problems.add("leftovers: " + e.getMessage());
    } finally {
      if (alone) {
        lock.unlock();
      }
    }
  }

  private ReentrantReadWriteLock collecting(NetworkList list) {
    return collecting.computeIfAbsent(list.name(), name -> new ReentrantReadWriteLock());
  }

  /** Elements of networks that are configured no more. */
  private void release(LivePods pods) throws IOException {
    Set<Owner> owners = parts.table().owners();
    Set<Owner> live = new HashSet<>();
    // asked after the table: a pod that comes up meanwhile is known before it has elements
    pods.all()
        .forEach((pod, attachments) ->
            attachments.forEach(
                one -> live.add(new Owner(one.network(), pod, one.interfaceName()))));
    for (Owner owner : owners) {
      if (!live.contains(owner)) {
        parts.table().release(owner);
      }
    }
  }

  <T> T whileNothingIsCollected(NetworkList list, Work<T> work) throws CniException {
    if (!hasProgram(list)) {
      return work.run();
    }
    Lock lock = collecting(list).readLock();
    lock.lock();
    try {
      return work.run();
    } finally {
      lock.unlock();
    }
  }

  /** Also one that another plugin of the list asks. */
  private boolean hasProgram(NetworkList list) {
    return list.plugins().stream()
        .flatMap(plugin ->
            Stream.of(
                plugin.path("type"),
                plugin.path("ipam").path("type"),
                plugin.path("delegate").path("type")))
        .map(JsonNode::asText)
        .filter(type -> !type.isEmpty())
        .anyMatch(this::isProgram);
  }

  /** A plugin that is missing shows itself as a failure when it is run. */
  private boolean isProgram(String type) {
    try {
      return parts.plugins().of(type) instanceof ExecutedPlugin;
    } catch (CniException missing) {
      return false;
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
