package io.gantry.cni.engine;

import io.gantry.cni.NetworkSummary;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.spec.CniException;
import java.util.ArrayList;
import java.util.List;

/** Networks as people look at them. */
final class Summaries {

  private final NetworkChoice choice;
  private final Plugins plugins;

  Summaries(NetworkChoice choice, Plugins plugins) {
    this.choice = choice;
    this.plugins = plugins;
  }

  List<NetworkSummary> of(LivePods pods) {
    String chosen = chosen();
    List<NetworkSummary> all = new ArrayList<>();
    for (NetworkList list : choice.known()) {
      all.add(
          new NetworkSummary(
              list.name(),
              list.version().text(),
              list.source(),
              list.plugins().stream().map(plugin -> plugin.path("type").asText()).toList(),
              ranges(list),
              pods.idsIn(list.name()),
              problem(list),
              list.name().equals(chosen)));
    }
    for (ConfigProblem problem : choice.configured().problems()) {
      all.add(
          new NetworkSummary(
              "", "", problem.file(), List.of(), List.of(), List.of(), problem.toString(), false));
    }
    return List.copyOf(all);
  }

  private String chosen() {
    try {
      return choice.chosen().list().name();
    } catch (NetworkUnavailableException none) {
      return "";
    }
  }

  private String problem(NetworkList list) {
    try {
      new Chain(list, plugins).status();
      return "";
    } catch (CniException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static List<String> ranges(NetworkList list) {
    List<String> ranges = new ArrayList<>();
    for (var plugin : list.plugins()) {
      var ipam = plugin.path("ipam");
      if (ipam.hasNonNull("subnet")) {
        ranges.add(ipam.path("subnet").asText());
      }
      for (var set : ipam.path("ranges")) {
        for (var range : set) {
          ranges.add(range.path("subnet").asText());
        }
      }
    }
    return List.copyOf(ranges);
  }
}
