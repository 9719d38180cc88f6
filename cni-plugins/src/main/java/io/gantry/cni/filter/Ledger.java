package io.gantry.cni.filter;

import io.gantry.cni.plugin.Plugin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Who has which place of the table. Not safe for use by several threads. */
final class Ledger {

  private final Map<Element.Place, Holding> holdings = new LinkedHashMap<>();
  private final Map<Owner, Set<Element.Place>> places = new HashMap<>();

  /** Holdings by the port of the node that they are about. */
  private final Map<String, Set<Holding>> ports = new HashMap<>();

  /** How many holdings lead to each chain that the table has. */
  private final Map<SharedChain, Integer> leading = new HashMap<>();

  private final boolean keepsIdleChains;

  /**
   * An empty one.
   *
   * @param keepsIdleChains whether chains that nothing leads to any more stay where the next pod of
   *     their network needs them again for certain
   */
  Ledger(boolean keepsIdleChains) {
    this.keepsIdleChains = keepsIdleChains;
  }

  boolean isEmpty() {
    return holdings.isEmpty();
  }

  Set<Owner> owners() {
    return Set.copyOf(places.keySet());
  }

  /** What changes when an owner has exactly these elements for that part. */
  Difference putting(Owner owner, Elements elements) throws PlaceTakenException {
    Map<Element.Place, Holding> wanted = new LinkedHashMap<>();
    for (Element element : elements.elements()) {
      wanted.put(element.place(), new Holding(owner, elements.part(), element));
    }
    List<Holding> going = of(owner, held -> held.part() == elements.part());
    going.removeIf(held -> held.equals(wanted.get(held.place())));
    List<Holding> coming = new ArrayList<>();
    for (Holding holding : wanted.values()) {
      requireFree(holding);
      Holding before = holdings.get(holding.place());
      if (before != null && !before.owner().equals(owner)) {
        // an address has moved on to a new owner when its old one was not seen going
        going.add(before);
      }
      if (!holding.equals(before)) {
        coming.add(holding);
      }
    }
    return difference(going, coming);
  }

  private void requireFree(Holding wanted) throws PlaceTakenException {
    Optional<String> port = wanted.element().nodePort();
    if (port.isEmpty()) {
      return;
    }
    for (Holding held : ports.getOrDefault(port.get(), Set.of())) {
      if (!held.owner().equals(wanted.owner()) && wanted.element().excludes(held.element())) {
        throw new PlaceTakenException(held, wanted.owner());
      }
    }
  }

  Difference removing(Owner owner) {
    return difference(of(owner, held -> true), List.of());
  }

  Difference removing(Owner owner, Part part) {
    return difference(of(owner, held -> held.part() == part), List.of());
  }

  Difference retaining(String network, Part part, Set<Plugin.Attachment> valid) {
    Set<Owner> staying = new HashSet<>();
    valid.forEach(stays -> staying.add(new Owner(network, stays.containerId(), stays.ifName())));
    String kept = new Owner(network, "", "").network();
    List<Holding> going =
        holdings.values().stream()
            .filter(held -> held.part() == part && held.owner().network().equals(kept))
            .filter(held -> !staying.contains(held.owner()))
            .toList();
    return difference(going, List.of());
  }

  private List<Holding> of(Owner owner, Predicate<Holding> which) {
    List<Holding> some = new ArrayList<>();
    for (Element.Place place : places.getOrDefault(owner, Set.of())) {
      Holding held = holdings.get(place);
      if (held != null && which.test(held)) {
        some.add(held);
      }
    }
    return some;
  }

  private Difference difference(List<Holding> going, List<Holding> coming) {
    Map<SharedChain, Integer> after = new LinkedHashMap<>();
    going.forEach(held -> held.element().chain().ifPresent(chain -> count(after, chain, -1)));
    coming.forEach(held -> held.element().chain().ifPresent(chain -> count(after, chain, 1)));
    Set<SharedChain> made = new LinkedHashSet<>();
    Set<SharedChain> gone = new LinkedHashSet<>();
    after.forEach((chain, uses) -> {
      boolean before = leading.containsKey(chain);
      if (!before && uses > 0) {
        made.add(chain);
      } else if (before && uses == 0 && !(keepsIdleChains && chain.isOfEveryPod())) {
        gone.add(chain);
      }
    });
    return new Difference(List.copyOf(going), List.copyOf(coming), made, gone);
  }

  private void count(Map<SharedChain, Integer> uses, SharedChain chain, int change) {
    uses.merge(chain, leading.getOrDefault(chain, 0) + change, (old, first) -> old + change);
  }

  void apply(Difference difference) {
    difference.going().forEach(this::take);
    difference.coming().forEach(this::give);
    difference.oldChains().forEach(leading::remove);
  }

  boolean hasIdleChains() {
    return leading.containsValue(0);
  }

  /** A copy that has changed, without idle chains. */
  Ledger with(Difference difference) {
    Ledger changed = new Ledger(keepsIdleChains);
    holdings.values().forEach(changed::give);
    changed.apply(difference);
    changed.leading.values().removeIf(uses -> uses == 0);
    return changed;
  }

  void give(Holding holding) {
    holdings.put(holding.place(), holding);
    places.computeIfAbsent(holding.owner(), owner -> new LinkedHashSet<>()).add(holding.place());
    holding.element().chain().ifPresent(chain -> leading.merge(chain, 1, Integer::sum));
    holding
        .element()
        .nodePort()
        .ifPresent(port -> ports.computeIfAbsent(port, key -> new HashSet<>()).add(holding));
  }

  private void take(Holding holding) {
    holdings.remove(holding.place());
    places.computeIfPresent(
        holding.owner(),
        (owner, some) -> {
          some.remove(holding.place());
          return some.isEmpty() ? null : some;
        });
    holding
        .element()
        .nodePort()
        .ifPresent(port ->
            ports.computeIfPresent(
                port,
                (key, some) -> {
                  some.remove(holding);
                  return some.isEmpty() ? null : some;
                }));
    holding.element().chain().ifPresent(chain -> leading.merge(chain, -1, Integer::sum));
  }

  /** All of it as the difference from an empty table. */
  Difference whole() {
    return new Difference(
        List.of(), List.copyOf(holdings.values()), new LinkedHashSet<>(leading.keySet()), Set.of());
  }
}
