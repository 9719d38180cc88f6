package io.gantry.cni.ipam;

import io.gantry.cni.plugin.GivesAddresses;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.FileCalls;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * CNI's {@code host-local}: addresses of ranges that are this node's alone, written down as files.
 * An address goes round: one that was freed is given out again after all others.
 */
public final class HostLocal implements Plugin, GivesAddresses {

  public static final String TYPE = "host-local";

  /** So many neighbours of the last address are tried before the directory is listed. */
  private static final int TRIES = 4;

  private static final int NAMED_HOLDERS = 3;
  private static final int BRIEF_ID = 12;

  private final FileCalls calls;
  private final Map<Path, ReentrantLock> locks = new ConcurrentHashMap<>();

  public HostLocal(FileCalls calls) {
    this.calls = calls;
  }

  private AddressDirectory directory(HostLocalConfig config) {
    return directory(config.directory());
  }

  private AddressDirectory directory(Path path) {
    return new AddressDirectory(calls, path, locks.computeIfAbsent(path, _ -> new ReentrantLock()));
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    HostLocalConfig config = HostLocalConfig.of(call.config());
    List<InetAddress> asked = HostLocalConfig.asked(call);
    requireServed(config, asked);
    AddressDirectory directory = directory(config);
    return kernel(
        "cannot set an address aside in " + directory,
        () -> directory.exclusively(() -> taken(call, config, directory, asked)));
  }

  private static void requireServed(HostLocalConfig config, List<InetAddress> asked)
      throws CniException {
    for (InetAddress address : asked) {
      if (config.sets().stream()
          .allMatch(set -> HostLocalConfig.wanted(set, List.of(address)).isEmpty())) {
        throw CniException.invalid(
            "address " + IpPrefix.text(address) + " was asked for and is in no range");
      }
    }
  }

  private static CniResult taken(
      PluginCall call, HostLocalConfig config, AddressDirectory directory, List<InetAddress> asked)
      throws IOException {
    Attachment holder = new Attachment(call.containerId(), call.ifName());
    List<CniResult.Ip> given = new ArrayList<>();
    try {
      for (int i = 0; i < config.sets().size(); i++) {
        List<AddressRange> set = config.sets().get(i);
        List<InetAddress> wanted = HostLocalConfig.wanted(set, asked);
        given.add(
            wanted.isEmpty()
                ? anyOf(set, i, directory, holder)
                : exactly(set, wanted.getFirst(), directory, holder));
      }
    } catch (IOException e) {
      giveBack(given, directory, holder, e);
      throw e;
    }
    return new CniResult(List.of(), given, config.routes(), config.dns());
  }

  private static void giveBack(
      List<CniResult.Ip> given, AddressDirectory directory, Attachment holder, IOException cause) {
    for (CniResult.Ip ip : given) {
      try {
        directory.release(ip.address().address(), holder);
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private static CniResult.Ip exactly(
      List<AddressRange> set, InetAddress address, AddressDirectory directory, Attachment holder)
      throws IOException {
    AddressRange range = rangeOf(set, address);
    if (!range.usable(address)) {
      throw CniException.invalid(
          "address " + IpPrefix.text(address) + " is the gateway's or the block's own");
    }
    if (!directory.take(address, holder)) {
      Optional<Attachment> other = directory.holder(address);
      if (!other.equals(Optional.of(holder))) {
        throw new CniException(
            CniException.NO_ADDRESS_LEFT,
            "address %s was asked for and is taken by container %s"
                .formatted(IpPrefix.text(address), other.map(Attachment::containerId).orElse("?")));
      }
    }
    return ip(range, address);
  }

  private static AddressRange rangeOf(List<AddressRange> set, InetAddress address) {
    return set.stream().filter(range -> range.contains(address)).findFirst().orElseThrow();
  }

  private static CniResult.Ip ip(AddressRange range, InetAddress address) {
    return new CniResult.Ip(new IpPrefix(address, range.subnet().length()), range.gateway(), null);
  }

  private static CniResult.Ip anyOf(
      List<AddressRange> set, int index, AddressDirectory directory, Attachment holder)
      throws IOException {
    Round round = new Round(set, directory.last(index));
    Set<InetAddress> taken = Set.of();
    for (long tries = 0; round.hasNext(); tries++) {
      if (tries == TRIES) {
        taken = directory.taken();
      }
      InetAddress candidate = round.next();
      AddressRange range = rangeOf(set, candidate);
      if (range.usable(candidate)
          && !taken.contains(candidate)
          && directory.take(candidate, holder)) {
        directory.last(index, candidate);
        return ip(range, candidate);
      }
    }
    throw exhausted(set, directory);
  }

  private static CniException exhausted(List<AddressRange> set, AddressDirectory directory)
      throws IOException {
    Map<InetAddress, Attachment> holders = directory.holders();
    holders.keySet().removeIf(address -> set.stream().noneMatch(range -> range.contains(address)));
    String ranges = set.stream().map(AddressRange::toString).collect(Collectors.joining(", "));
    String some =
        holders.values().stream()
            .map(Attachment::containerId)
            .map(id -> id.substring(0, Math.min(BRIEF_ID, id.length())))
            .sorted()
            .limit(NAMED_HOLDERS)
            .collect(Collectors.joining(", "));
    String more = holders.size() > NAMED_HOLDERS ? " and others" : "";
    return new CniException(
        CniException.NO_ADDRESS_LEFT,
        "no address left in " + ranges + ": " + holders.size() + " in use by " + some + more,
        "addresses are written down in " + directory,
        null);
  }

  @Override
  public void check(PluginCall call) throws CniException {
    HostLocalConfig config = HostLocalConfig.of(call.config());
    AddressDirectory directory = directory(config);
    Attachment holder = new Attachment(call.containerId(), call.ifName());
    List<InetAddress> held =
        kernel("cannot read " + directory, directory::holders).entrySet().stream()
            .filter(entry -> entry.getValue().equals(holder))
            .map(Map.Entry::getKey)
            .toList();
    if (held.isEmpty()) {
      throw CniException.changed(
          "no address is written down for container " + call.containerId() + " in " + directory);
    }
  }

  /**
   * A result of before says which files; without one every file is looked at. What else the
   * configuration says does not matter: whoever got no address for it must be able to go.
   */
  @Override
  public void del(PluginCall call) throws CniException {
    Path path = HostLocalConfig.directory(call.config());
    AddressDirectory directory = directory(path);
    Attachment holder = new Attachment(call.containerId(), call.ifName());
    Optional<CniResult> previous = call.config().previous();
    kernel(
        "cannot free addresses in " + directory,
        () ->
            Files.isDirectory(path)
                && directory.exclusively(() ->
                    previous.isPresent()
                        ? released(directory, holder, previous.get())
                        : released(directory, holder)));
  }

  private static boolean released(AddressDirectory directory, Attachment holder, CniResult previous)
      throws IOException {
    for (CniResult.Ip ip : previous.ips()) {
      directory.release(ip.address().address(), holder);
    }
    return true;
  }

  private static boolean released(AddressDirectory directory, Attachment holder)
      throws IOException {
    for (Map.Entry<InetAddress, Attachment> entry : directory.holders().entrySet()) {
      if (entry.getValue().equals(holder)) {
        directory.release(entry.getKey(), holder);
      }
    }
    return true;
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    Path path = HostLocalConfig.directory(config);
    AddressDirectory directory = directory(path);
    kernel(
        "cannot free addresses in " + directory,
        () -> Files.isDirectory(path) && directory.exclusively(() -> collected(directory, valid)));
  }

  /** The files are looked at first: who takes an address meanwhile is valid already. */
  private static boolean collected(AddressDirectory directory, Set<Attachment> valid)
      throws IOException {
    Map<InetAddress, Attachment> holders = directory.holders();
    Set<Attachment> live = Set.copyOf(valid);
    for (Map.Entry<InetAddress, Attachment> entry : holders.entrySet()) {
      if (!live.contains(entry.getValue())) {
        directory.release(entry.getKey(), entry.getValue());
      }
    }
    return true;
  }

  /** A range that is used up is the next container's trouble, not that of the whole node. */
  @Override
  public void status(PluginConfig config) throws CniException {
    AddressDirectory directory = directory(HostLocalConfig.of(config));
    kernel("cannot read " + directory, directory::taken);
  }

  private static <T> T kernel(String what, AddressDirectory.Work<T> work) throws CniException {
    try {
      return work.run();
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw CniException.failed(what + ": " + e, e);
    }
  }
}
