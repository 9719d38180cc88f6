package io.gantry.container;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What plugins gave a container that its request has no place for.
 *
 * @param annotations all that the container has for hooks and inspection, in place of the
 *     request's, which CRI wants back unchanged
 * @param withoutEnvironment names of variables that neither image nor request gives it
 * @param rlimits beside and in place of the usual ones
 */
public record PluginChanges(
    SortedMap<String, String> annotations, Set<String> withoutEnvironment, List<Rlimit> rlimits) {

  public PluginChanges {
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    withoutEnvironment = Set.copyOf(withoutEnvironment);
    rlimits = List.copyOf(rlimits);
  }
}
