package io.gantry.cli.image;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.LayerState.Stage;
import io.gantry.cli.output.LiveLines;
import io.gantry.cli.output.Size;
import io.gantry.cli.session.Console;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Shows how far a pull is, beside what the command prints: bars that move where somebody looks, a
 * line for each layer that is done elsewhere. One thread.
 */
final class PullView {
  private static final int MOST_BARS = 8;
  private static final int SHORT_DIGEST = 12;

  private final Console console;
  private final LiveLines live;
  private final PullRows rows = new PullRows();
  private final Set<Integer> told = new HashSet<>();

  PullView(Console console) {
    this.console = console;
    this.live = new LiveLines(console.err());
  }

  void show(List<LayerState> changed) {
    rows.take(changed);
    if (console.live()) {
      live.show(bars());
    } else {
      lines();
    }
  }

  /** What was drawn goes: the command's own words say how it ended. */
  void end() {
    live.clear();
  }

  private List<String> bars() {
    List<String> bars = new ArrayList<>();
    rows.busy().stream().limit(MOST_BARS).forEach(row -> bars.add(bar(row)));
    var count = rows.here() + "/" + rows.all().size() + " layers";
    bars.add(LiveLines.bar(count, rows.bytes(), rows.size(), sizes(rows.bytes(), rows.size())));
    return bars;
  }

  private static String bar(LayerState row) {
    var text =
        row.getStage() == Stage.FINISHING ? "unpacking" : sizes(row.getBytes(), row.getSize());
    return LiveLines.bar(name(row), row.getBytes(), row.getSize(), text);
  }

  private void lines() {
    for (var row : rows.all()) {
      if (PullRows.isHere(row) && told.add(row.getIndex())) {
        var how = row.getStage() == Stage.PRESENT ? "is here already" : Size.of(row.getSize());
        console
            .err()
            .println(
                "layer %s: %s (%d/%d)".formatted(name(row), how, told.size(), rows.all().size()));
      }
    }
    console.err().flush();
  }

  private static String sizes(long bytes, long size) {
    return Size.of(bytes) + " / " + Size.of(size);
  }

  private static String name(LayerState row) {
    var digest = row.getDigest();
    var hex = digest.substring(digest.indexOf(':') + 1);
    return hex.substring(0, Math.min(SHORT_DIGEST, hex.length()));
  }
}
