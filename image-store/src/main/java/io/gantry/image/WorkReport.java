package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Outcome;
import io.gantry.image.progress.Traffic;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.progress.WorkObserver.Work;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
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

  private final WorkObserver observer;
  private final Work work;
  private final Map<String, Object> facts = new LinkedHashMap<>();
  private final long start = System.nanoTime();
  private String object;
  private Outcome outcome = Outcome.BROKEN;
  private boolean over;
  private @Nullable Traffic traffic;

  private WorkReport(WorkObserver observer, Work work, String object) {
    this.observer = observer;
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
    WorkReport report = begin(observer, work, object);
    T result = report.part(task);
    report.succeeded();
    return result;
  }

  /** Work that is done in several steps: {@link #succeeded} or {@link #failed} must follow. */
  static WorkReport begin(WorkObserver observer, Work work, Object object) {
    observer.began(work);
    return new WorkReport(observer, work, object.toString());
  }

  /** Does a step; the work has ended if it fails. */
  <T> T part(Task<T> task) throws ImageException {
    try {
      return task.run(this);
    } catch (ImageException e) {
      failed(e);
      throw e;
    } catch (RuntimeException | Error e) {
      broken();
      throw e;
    }
  }

  /** Says what it is about, where only the work itself brings that to light. */
  WorkReport about(List<?> names) {
    object = names.size() == 1 ? names.getFirst().toString() : names.toString();
    return this;
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

  void succeeded() {
    end(outcome == Outcome.BROKEN ? Outcome.DONE : outcome);
    LoggingEventBuilder line = line(LOG.atInfo());
    if (facts.get("bytes") instanceof Long bytes && bytes > 0 && seconds() > 0) {
      line = line.addKeyValue("mib_per_second", Math.round(bytes / MIB / seconds() * 10) / 10.0);
    }
    line.log("{} {}", word(), outcome.word());
  }

  /** The edge tells of a failing disk in its own line, with the stack: here it has no reason. */
  void failed(ImageException failure) {
    end(Outcome.of(failure));
    LoggingEventBuilder line = failure();
    if (outcome != Outcome.STORAGE) {
      line = line.addKeyValue("reason", failure.getMessage());
    }
    line.log("{} failed", word());
  }

  /** A fault of the program is told by the edge too, under an id. */
  void broken() {
    end(Outcome.BROKEN);
    failure().log("{} failed", word());
  }

  boolean isOver() {
    return over;
  }

  private void end(Outcome how) {
    outcome = how;
    over = true;
    observer.ended(work, how, took());
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
