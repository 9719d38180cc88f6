package io.gantry.conformance.leak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * One look at the machine: for each category the things that were there, each as one line of text
 * that is the same in two looks when the thing is the same.
 */
public record MachineState(Map<Category, NavigableSet<String>> things) {

  /** Nothing at all. */
  public static final MachineState EMPTY = new MachineState(Map.of());

  public MachineState {
    Map<Category, NavigableSet<String>> copy = new EnumMap<>(Category.class);
    for (Category category : Category.values()) {
      NavigableSet<String> seen = things.getOrDefault(category, Collections.emptyNavigableSet());
      copy.put(category, Collections.unmodifiableNavigableSet(new TreeSet<>(seen)));
    }
    things = Collections.unmodifiableMap(copy);
  }

  /** What is there at this moment, as far as the scope goes. */
  public static MachineState now(Scope scope) throws IOException {
    Processes processes = Processes.now();
    Map<Category, NavigableSet<String>> seen = new EnumMap<>(Category.class);
    seen.put(Category.MOUNTS, processes.mounts());
    seen.put(Category.NAMESPACES, processes.namespaces());
    seen.put(Category.PROCESSES, processes.ofRuntime());
    seen.put(Category.CGROUPS, Directories.cgroups());
    seen.put(Category.INTERFACES, Network.interfaces());
    seen.put(Category.ADDRESSES, Network.addresses());
    seen.put(Category.ROUTES, Network.routes());
    seen.put(Category.NFT, Network.nftRuleset());
    seen.put(Category.FILES, Directories.under(scope.files()));
    seen.values().forEach(set -> set.removeIf(scope::ignores));
    return new MachineState(seen);
  }

  /** What this look has and the other has not. */
  public MachineState beyond(MachineState before) {
    Map<Category, NavigableSet<String>> more = new EnumMap<>(Category.class);
    things.forEach((category, here) -> {
      NavigableSet<String> rest = new TreeSet<>(here);
      rest.removeAll(before.of(category));
      more.put(category, rest);
    });
    return new MachineState(more);
  }

  /** The things of one category. */
  public NavigableSet<String> of(Category category) {
    return things.getOrDefault(category, Collections.emptyNavigableSet());
  }

  public boolean isEmpty() {
    return things.values().stream().allMatch(NavigableSet::isEmpty);
  }

  /** One line a thing: the category, a tab, the thing. */
  public void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    things.forEach((category, set) -> set.forEach(thing -> lines.add(category + "\t" + thing)));
    Files.write(file, lines);
  }

  /** Reads what {@link #write} wrote. */
  public static MachineState read(Path file) throws IOException {
    Map<Category, NavigableSet<String>> seen = new EnumMap<>(Category.class);
    for (String line : Files.readAllLines(file)) {
      int tab = line.indexOf('\t');
      Category category = Category.valueOf(line.substring(0, tab));
      seen.computeIfAbsent(category, _ -> new TreeSet<>()).add(line.substring(tab + 1));
    }
    return new MachineState(seen);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    things.forEach((category, set) ->
        set.forEach(
            thing -> text.append(category.title()).append(": ").append(thing).append('\n')));
    return text.toString();
  }
}
