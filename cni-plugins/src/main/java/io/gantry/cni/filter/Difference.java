package io.gantry.cni.filter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Two states of the table apart.
 *
 * @param newChains that elements which come are the first to lead to
 * @param oldChains that elements which go are the last to lead to, where such are not kept
 */
record Difference(
    List<Holding> going,
    List<Holding> coming,
    Set<SharedChain> newChains,
    Set<SharedChain> oldChains) {

  static final Difference NONE = new Difference(List.of(), List.of(), Set.of(), Set.of());

  boolean isEmpty() {
    return going.isEmpty() && coming.isEmpty();
  }

  boolean changesChains() {
    return !newChains.isEmpty() || !oldChains.isEmpty();
  }

  /** One transaction: chains before what leads to them, and away after it. */
  String commands(String table) {
    StringBuilder commands = new StringBuilder();
    newChains.forEach(chain -> commands.append(chain.creation(table)));
    elements("delete", going, table, commands);
    elements("add", coming, table, commands);
    oldChains.forEach(chain -> commands.append(chain.deletion(table)));
    return commands.toString();
  }

  private static void elements(
      String verb, List<Holding> holdings, String table, StringBuilder commands) {
    Map<String, List<Holding>> bySet =
        holdings.stream()
            .collect(
                Collectors.groupingBy(
                    holding -> holding.element().set(), LinkedHashMap::new, Collectors.toList()));
    bySet.forEach((set, some) -> {
      String all =
          some.stream()
              .map(holding -> verb.equals("add") ? holding.written() : holding.element().key())
              .collect(Collectors.joining(", "));
      commands.append("%s element inet %s %s { %s }\n".formatted(verb, table, set, all));
    });
  }
}
