package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Outcome;
import io.gantry.image.progress.Traffic;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.progress.WorkObserver.Work;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells of one piece of work: the observer when it begins and ends, the log in one line when it has
 * ended. One thread.
 */
final class WorkReport {

  private static final Logger LOG = LoggerFactory.getLogger(WorkReport.class);
  private static final double MIB = 1 << 20;

  private final Work work;
  private final String object;
  private final Map<String, Object> facts = new LinkedHashMap<>();
  private final long start = System.nanoTime();
  private Outcome outcome = Outcome.BROKEN;
  private @Nullable Traffic traffic;

  private WorkReport(Work work, String object) {
    this.work = work;
    this.object = object;
  }

  /** Does the work; it adds to the report what only it knows. */
  @FunctionalInterface
  interface Task<T> {
    T run(WorkReport report) throws ImageException;
  }

  /**
   * Does some work and tells of it.
   *
   * @param object the image or what else it is about
   */
  static <T> T of(WorkObserver observer, Work work, Object object, Task<T> task)
      throws ImageException {
    WorkReport report = new WorkReport(work, object.toString());
    observer.began(work);
    try {
      T result = task.run(report);
      report.succeeded();
      return result;
    } catch (ImageException e) {
      report.failed(e);
      throw e;
    } catch (RuntimeException | Error e) {
      report.broken();
      throw e;
    } finally {
      observer.ended(work, report.outcome, report.took());
    }
  }

  /** One more fact for the line of success. */
  WorkReport fact(String name, Object value) {
    facts.put(name, value);
    return this;
  }

  /** Nothing had to be done. */
  void unchanged() {
    outcome = Outcome.UNCHANGED;
  }

  /** Whose retries are told, also when it fails. */
  void over(Traffic counted) {
    traffic = counted;
  }

  private Duration took() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private double seconds() {
    return took().toMillis() / 1e3;
  }

  private void succeeded() {
    outcome = outcome == Outcome.BROKEN ? Outcome.DONE : outcome;
    LoggingEventBuilder line = line(LOG.atInfo());
    if (facts.get("bytes") instanceof Long bytes && bytes > 0 && seconds() > 0) {
      line = line.addKeyValue("mib_per_second", Math.round(bytes / MIB / seconds() * 10) / 10.0);
    }
    line.log("{} {}", word(), outcome.word());
  }

  /** The edge tells of a failing disk in its own line, with the stack: here it has no reason. */
  private void failed(ImageException failure) {
    outcome = Outcome.of(failure);
    LoggingEventBuilder line = failure();
    if (outcome != Outcome.STORAGE) {
      line = line.addKeyValue("reason", failure.getMessage());
    }
    line.log("{} failed", word());
  }

  /** A fault of the program is told by the edge too, under an id. */
  private void broken() {
    outcome = Outcome.BROKEN;
    failure().log("{} failed", word());
  }

  private LoggingEventBuilder failure() {
    return line(outcome == Outcome.CANCELLED ? LOG.atInfo() : LOG.atWarn())
        .addKeyValue("outcome", outcome.word());
  }

  private LoggingEventBuilder line(LoggingEventBuilder builder) {
    LoggingEventBuilder line = builder.addKeyValue("image", object);
    for (Map.Entry<String, Object> fact : facts.entrySet()) {
      line = line.addKeyValue(fact.getKey(), fact.getValue());
    }
    line = line.addKeyValue("seconds", seconds());
    Traffic counted = traffic;
    if (counted == null) {
      return line;
    }
    return line.addKeyValue("retries", counted.retries()).addKeyValue("turns", counted.turns());
  }

  private String word() {
    return work.name().toLowerCase(Locale.ROOT);
  }
}
