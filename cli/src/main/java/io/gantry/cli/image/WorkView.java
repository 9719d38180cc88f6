package io.gantry.cli.image;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.LayerState.Stage;
import io.gantry.cli.output.LiveLines;
import io.gantry.cli.output.Size;
import io.gantry.cli.session.Console;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Shows how far work on an image is, beside what the command prints: bars that move where somebody
 * looks, a line for each layer that is done elsewhere. One thread.
 */
final class WorkView {
  private static final int MOST_BARS = 8;
  private static final int SHORT_DIGEST = 12;

  /** Between two bars of an archive, whose bytes nobody else counts. */
  private static final long STEP_NANOS = 100_000_000;

  private final Console console;
  private final String present;
  private final LiveLines live;
  private final LayerRows rows = new LayerRows();
  private final Set<Integer> told = new HashSet<>();
  private long drawn = System.nanoTime() - STEP_NANOS;

  /**
   * @param present what is said of a layer that was where it was to go before
   */
  WorkView(Console console, String present) {
    this.console = console;
    this.present = present;
    this.live = new LiveLines(console.err());
  }

  /** Shows nothing. */
  static WorkView none() {
    var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new WorkView(
        new Console(InputStream.nullInputStream(), nowhere, nowhere, InstantSource.system(), false),
        "");
  }

  /**
   * Shows how much of an archive was sent or has come.
   *
   * @param all 0 when that is not known
   */
  void moved(long bytes, long all) {
    if (console.live() && System.nanoTime() - drawn >= STEP_NANOS) {
      drawn = System.nanoTime();
      var text = all == 0 ? Size.of(bytes) : sizes(bytes, all);
      live.show(List.of(LiveLines.bar("archive", all == 0 ? 0 : bytes, Math.max(1, all), text)));
    }
  }

  /** The whole archive was sent. */
  void sent(long bytes) {
    if (console.live()) {
      live.show(List.of(LiveLines.bar("archive", 1, 1, Size.of(bytes))));
    } else {
      console.err().println("archive: " + Size.of(bytes));
      console.err().flush();
    }
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
    var count = rows.through() + "/" + rows.all().size() + " layers";
    bars.add(LiveLines.bar(count, rows.bytes(), rows.size(), sizes(rows.bytes(), rows.size())));
    return bars;
  }

  private static String bar(LayerState row) {
    var text =
        switch (row.getStage()) {
          case FINISHING -> "unpacking";
          case PACKING -> "packing";
          default -> sizes(row.getBytes(), row.getSize());
        };
    return LiveLines.bar(name(row), row.getBytes(), row.getSize(), text);
  }

  private void lines() {
    for (var row : rows.all()) {
      if (LayerRows.isThrough(row) && told.add(row.getIndex())) {
        var how = row.getStage() == Stage.PRESENT ? present : Size.of(row.getSize());
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
