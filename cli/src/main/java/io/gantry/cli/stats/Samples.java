package io.gantry.cli.stats;

import io.gantry.cli.output.LiveLines;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Asks twice, shows the difference, and goes on so if it is to.
 *
 * @param <S> one answer
 */
record Samples<S>(Session session, Supplier<S> question, BiFunction<S, S, Table> table) {

  void show(Duration window, boolean watch) {
    S before = question.get();
    LiveLines lines = new LiveLines(session.out());
    do {
      pause(window);
      S after = question.get();
      Table shown = table.apply(before, after);
      if (watch) {
        lines.show(text(shown).lines().toList());
      } else {
        shown.print(session.out());
      }
      before = after;
    } while (watch && session.console().flush());
  }

  private static String text(Table table) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      table.print(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void pause(Duration window) {
    try {
      Thread.sleep(window);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted between two samples");
    }
  }
}
