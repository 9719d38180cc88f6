package io.gantry.cli.log;

import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Shows a log while it is written. New lines are the kernel's to announce; the end of the container
 * is asked for in the pauses, soon after a line and then less and less often.
 */
public final class LogFollower {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  private final Console console;
  private final LogView view;
  private final BooleanSupplier ended;

  /**
   * @param ended whether nothing more will be written; it may be asked at any time
   */
  public LogFollower(Console console, LogView view, BooleanSupplier ended) {
    this.console = console;
    this.view = view;
    this.ended = ended;
  }

  /** Prints from where the file stands until the container ended or nobody reads any more. */
  public void follow(LogFile file, Path path) throws IOException {
    var printer = new LogPrinter(console.out(), console.err(), view);
    try (var watch = new LogWatch(path)) {
      // Asked first and read after: what was written before the end is shown.
      var over = ended.getAsBoolean();
      var pause = FIRST_PAUSE;
      long asked = System.nanoTime();
      while (true) {
        file.pump(printer);
        if (!console.flush() || printer.full() || over) {
          return;
        }
        var news = watch.await(pause);
        pause = news ? FIRST_PAUSE : longer(pause);
        if (!news || System.nanoTime() - asked > LONGEST_PAUSE.toNanos()) {
          over = ended.getAsBoolean();
          asked = System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted while reading " + path);
    }
  }

  /** Prints what is there and returns. */
  public void once(LogFile file) throws IOException {
    file.pump(new LogPrinter(console.out(), console.err(), view));
    console.flush();
  }

  private static Duration longer(Duration pause) {
    var doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }
}
