package io.gantry.state;

import io.gantry.error.BrokenException;
import io.gantry.error.ExhaustedException;
import io.gantry.error.GantryException;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one kind: in memory for every question, on disk for the next daemon. A change is
 * written to disk before anyone can see it. Changes of one object follow each other; different
 * objects never wait for each other. Safe for use by many threads.
 *
 * @param <T> an immutable record
 */
public final class Table<T> {

  private static final class Row<T> {
    final ReentrantLock lock = new ReentrantLock();
    volatile T value;

    Row(T value) {
      this.value = value;
    }
  }

  private final String kind;
  private final Function<T, String> id;
  private final RecordFiles<T> files;
  private final ConcurrentHashMap<String, Row<T>> rows = new ConcurrentHashMap<>();
  private final List<Watcher<T>> watchers = new CopyOnWriteArrayList<>();

  /** Is told of changes by the thread that makes them, while the object is locked. */
  @FunctionalInterface
  public interface Watcher<T> {

    /**
     * Called when it has happened; must be short, and change nothing of the table.
     *
     * @param before null when the object is new
     * @param after null when it is gone
     */
    void changed(@Nullable T before, @Nullable T after);
  }

  /**
   * @param kind a noun for messages: pod, container
   * @param id the object's id
   */
  public Table(String kind, Function<T, String> id, RecordFiles<T> files) {
    this.kind = kind;
    this.id = id;
    this.files = files;
  }

  /** Tells of every change from now on; what {@link #load} brings is none. */
  public void watch(Watcher<T> watcher) {
    watchers.add(watcher);
  }

  private void tell(@Nullable T before, @Nullable T after) {
    watchers.forEach(watcher -> watcher.changed(before, after));
  }

  /** Fills an empty table with what is on disk. */
  public void load() {
    try {
      files.all().forEach(value -> rows.put(id.apply(value), new Row<>(value)));
    } catch (IOException e) {
      throw failed("reading records", new Subject(kind, "all"), e);
    }
  }

  /** Adds a new object. */
  public void insert(T value) {
    write(value);
    rows.put(id.apply(value), new Row<>(value));
    tell(null, value);
  }

  /**
   * Replaces an object by what the change makes of it; nothing is written when the change returns
   * the same instance.
   *
   * @return what the object is now
   * @throws NotFoundException when it has been removed
   */
  public T update(String exactId, UnaryOperator<T> change) {
    Row<T> row = rows.get(exactId);
    if (row == null) {
      throw unknown(exactId);
    }
    row.lock.lock();
    try {
      if (rows.get(exactId) != row) {
        throw unknown(exactId);
      }
      T before = row.value;
      T after = change.apply(before);
      if (!after.equals(before)) {
        write(after);
        row.value = after;
        tell(before, after);
      }
      return after;
    } finally {
      row.lock.unlock();
    }
  }

  /** Forgets an object and deletes its record. Unknown ids are fine. */
  public void remove(String exactId) {
    Row<T> row = rows.get(exactId);
    if (row == null) {
      return;
    }
    row.lock.lock();
    try {
      files.delete(exactId);
      if (rows.remove(exactId) != null) {
        tell(row.value, null);
      }
    } catch (IOException e) {
      throw failed("deleting the record", new Subject(kind, exactId), e);
    } finally {
      row.lock.unlock();
    }
  }

  public Optional<T> get(String exactId) {
    return Optional.ofNullable(rows.get(exactId)).map(row -> row.value);
  }

  /** The object with that id, or the only one whose id begins so. */
  public Optional<T> find(String idOrBeginning) {
    Optional<T> exact = get(idOrBeginning);
    if (exact.isPresent() || idOrBeginning.isEmpty()) {
      return exact;
    }
    List<String> matches =
        rows.keySet().stream().filter(key -> key.startsWith(idOrBeginning)).limit(2).toList();
    if (matches.size() > 1) {
      throw new InvalidException(
          new Subject(kind, idOrBeginning),
          "several " + kind + "s have ids that begin with \"" + idOrBeginning + "\"",
          "give more digits");
    }
    return matches.stream().findFirst().flatMap(this::get);
  }

  /** As {@link #find}, with {@link NotFoundException} for none. */
  public T require(String idOrBeginning) {
    return find(idOrBeginning).orElseThrow(() -> unknown(idOrBeginning));
  }

  /** A snapshot without order. */
  public List<T> values() {
    return rows.values().stream().map(row -> row.value).toList();
  }

  private NotFoundException unknown(String wanted) {
    return new NotFoundException(
        new Subject(kind, wanted),
        "no such " + kind + " \"" + wanted + "\"",
        "list them with gantry " + (kind.equals("pod") ? "pods" : "ps -a"));
  }

  private void write(T value) {
    String key = id.apply(value);
    try {
      files.write(key, value);
    } catch (IOException e) {
      throw failed("writing the record", new Subject(kind, key), e);
    }
  }

  private static GantryException failed(String step, Subject subject, IOException e) {
    String message = step + " of " + subject + " failed: " + e;
    boolean full = String.valueOf(e.getMessage()).contains("No space left");
    return full
        ? new ExhaustedException(subject, message, "free space where gantryd keeps its root", e)
        : new BrokenException(subject, message, "check the disk where gantryd keeps its root", e);
  }
}
