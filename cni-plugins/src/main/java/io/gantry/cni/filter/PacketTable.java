package io.gantry.cni.filter;

import io.gantry.cni.plugin.Plugin;
import io.gantry.linux.nftables.Nftables;
import io.gantry.linux.nftables.NftablesException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * One table of the packet filter, family inet, with what pods have in it. What should be in it is
 * remembered, so that a release costs one transaction and a table that someone flushed is put back
 * as it was; a process that remembers nothing yet reads the table first. Safe for use by several
 * threads, and by several processes where all use the same {@link Exclusion}.
 */
public final class PacketTable {

  private static final String NAME = "[A-Za-z][A-Za-z0-9_]*";

  private static final Pattern REMARK = Pattern.compile("[ \\t]*#.*");

  private final Nftables nftables;
  private final String name;
  private final Exclusion exclusion;
  private final boolean keepsIdleChains;
  private final ReentrantLock lock = new ReentrantLock();

  /** What should be in the table. */
  private Ledger ledger;

  private boolean known;

  /** How the kernel shows the table without elements, when it is right. */
  private String outline = "";

  /**
   * One that only this process changes. Nothing is made before something is put.
   *
   * @param name of the table; nobody else may use it
   */
  public PacketTable(Nftables nftables, String name) {
    this(nftables, name, Exclusion.ofOneProcess(), true);
  }

  /**
   * One that several processes change. Chains go with the last pod that needs them: programs that
   * come and go would leave them behind.
   */
  public PacketTable(Nftables nftables, String name, Exclusion exclusion) {
    this(nftables, name, exclusion, false);
  }

  private PacketTable(
      Nftables nftables, String name, Exclusion exclusion, boolean keepsIdleChains) {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "a table's name starts with a letter and has letters, digits, underscores: " + name);
    }
    this.nftables = nftables;
    this.name = name;
    this.exclusion = exclusion;
    this.keepsIdleChains = keepsIdleChains;
    this.ledger = emptyLedger();
  }

  private Ledger emptyLedger() {
    return new Ledger(keepsIdleChains);
  }

  /** Work that nobody disturbs. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T exclusively(Work<T> work) throws IOException {
    lock.lock();
    try (Exclusion.Held held = exclusion.hold()) {
      if (held.shared()) {
        known = false;
      }
      return work.run();
    } finally {
      lock.unlock();
    }
  }

  /** Finds out what a request changes. */
  @FunctionalInterface
  private interface Request {
    Difference on(Ledger ledger) throws IOException;
  }

  /**
   * Puts an owner's elements in place of those that it had for the same part.
   *
   * @throws PlaceTakenException when another owner has a place that cannot be shared; nothing has
   *     changed then
   */
  public void put(Owner owner, Elements elements) throws IOException {
    change(current -> current.putting(owner, elements));
  }

  /**
   * Takes an owner's elements of one part away; none is fine.
   *
   * @return what it had
   */
  public Elements release(Owner owner, Part part) throws IOException {
    return gone(part, change(current -> current.removing(owner, part)));
  }

  /** Takes all that an owner has away; nothing is fine. */
  public void release(Owner owner) throws IOException {
    change(current -> current.removing(owner));
  }

  /**
   * Takes away what a network's owners that are not in the set have for one part.
   *
   * @return what they had
   */
  public Elements retain(String network, Part part, Set<Plugin.Attachment> valid)
      throws IOException {
    return gone(part, change(current -> current.retaining(network, part, valid)));
  }

  private static Elements gone(Part part, Difference difference) {
    return new Elements(part, difference.going().stream().map(Holding::element).toList());
  }

  private Difference change(Request request) throws IOException {
    return exclusively(() -> {
      know();
      Difference difference = request.on(ledger);
      if (difference.isEmpty()) {
        return difference;
      }
      if (outline.isEmpty()) {
        writeAll(ledger.with(difference));
      } else {
        write(difference);
      }
      return difference;
    });
  }

  /** Elements alone; all of the table where the kernel has not what was expected there. */
  private void write(Difference difference) throws IOException {
    try {
      nftables.run(difference.commands(name));
    } catch (NftablesException e) {
      try {
        writeAll(ledger.with(difference));
        return;
      } catch (IOException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
    ledger.apply(difference);
    if (difference.changesChains()) {
      outline = outlined();
    }
  }

  private void writeAll(Ledger wanted) throws IOException {
    outline = "";
    nftables.run(Skeleton.creation(name) + wanted.whole().commands(name));
    ledger = wanted;
    outline = outlined();
  }

  /**
   * Empty when it cannot be seen, so that the next change or check writes all of the table. What
   * some versions tell behind a # changes with elements, as their count does.
   */
  private String outlined() throws IOException {
    try {
      String shown = nftables.outline("list table inet " + name + "\n");
      return REMARK.matcher(shown).replaceAll("");
    } catch (NftablesException e) {
      return "";
    }
  }

  /**
   * Replaces all of the table by what records say, in one transaction: connections that are open
   * and packets on their way do not notice. Of two records that claim one port of the node the
   * first has it.
   *
   * @return what was refused for that reason
   */
  public List<PlaceTakenException> rebuild(Map<Owner, List<Elements>> records) throws IOException {
    Ledger wanted = emptyLedger();
    List<PlaceTakenException> refused = new ArrayList<>();
    for (Map.Entry<Owner, List<Elements>> record : records.entrySet()) {
      for (Elements elements : record.getValue()) {
        try {
          wanted.apply(wanted.putting(record.getKey(), elements));
        } catch (PlaceTakenException e) {
          refused.add(e);
        }
      }
    }
    exclusively(() -> {
      writeAll(wanted);
      known = true;
      return true;
    });
    return refused;
  }

  /**
   * Puts the table back when someone took it away or changed its rules, and takes chains away that
   * no pod needs now. Elements are not looked at one by one.
   *
   * @return whether there was something to mend
   */
  public boolean verify() throws IOException {
    return exclusively(() -> {
      know();
      boolean needed = !ledger.isEmpty() || !outline.isEmpty();
      boolean whole = !needed || (!outline.isEmpty() && outline.equals(outlined()));
      if (!whole || ledger.hasIdleChains()) {
        writeAll(ledger.with(Difference.NONE));
      }
      return !whole;
    });
  }

  private boolean isThere() throws IOException {
    return nftables.run("list tables inet\n").lines().anyMatch(("table inet " + name)::equals);
  }

  /**
   * Which of an owner's elements the kernel does not have as they should be: looked up one by one.
   *
   * @return empty when all are there
   */
  public List<String> missing(Owner owner, Elements elements) throws IOException {
    List<String> missing = new ArrayList<>();
    for (Element element : elements.elements()) {
      Holding wanted = new Holding(owner, elements.part(), element);
      if (!Listing.read(looked(element)).contains(wanted)) {
        missing.add(element.set() + " " + element.key());
      }
    }
    return List.copyOf(missing);
  }

  private String looked(Element element) throws IOException {
    try {
      return nftables.run(
          "get element inet %s %s { %s }\n".formatted(name, element.set(), element.key()));
    } catch (NftablesException e) {
      return "";
    }
  }

  /** Reads what another process put into the table. */
  private void know() throws IOException {
    if (known) {
      return;
    }
    Ledger found = emptyLedger();
    String shape = "";
    if (isThere()) {
      String listing = nftables.run("list table inet " + name + "\n");
      Listing.read(listing).forEach(found::give);
      shape = listing.contains('"' + Skeleton.comment() + '"') ? outlined() : "";
    }
    ledger = found;
    outline = shape;
    known = true;
  }

  /** Who has something in the table. */
  public Set<Owner> owners() throws IOException {
    return exclusively(() -> {
      know();
      return ledger.owners();
    });
  }

  /** Removes the table with all that is in it; none is fine. */
  public void remove() throws IOException {
    exclusively(() -> {
      nftables.run(Skeleton.removal(name));
      ledger = emptyLedger();
      outline = "";
      known = true;
      return true;
    });
  }
}
