package io.gantry.linux;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor with one owner. Closing is idempotent; every descriptor is opened
 * close-on-exec. Safe for use by several threads as long as the owner closes it after the last use.
 */
public final class Fd implements AutoCloseable {

  /** Stands for {@code AT_FDCWD}: paths are absolute or relative to the daemon's directory. */
  public static final Fd CWD = new Fd(-100, number -> {});

  /** How a descriptor is given back to the kernel. */
  @FunctionalInterface
  public interface Closer {
    void close(int number);
  }

  private static final int CLOSED = -1;

  private final AtomicInteger number;
  private final Closer closer;

  Fd(int number, Closer closer) {
    this.number = new AtomicInteger(number);
    this.closer = closer;
  }

  /**
   * Takes ownership of a descriptor number.
   *
   * @param number an open descriptor, not negative
   * @param closer called once with the number when the owner closes this
   */
  public static Fd owning(int number, Closer closer) {
    if (number < 0) {
      throw new IllegalArgumentException("not a descriptor: " + number);
    }
    return new Fd(number, closer);
  }

  /** The number the kernel knows. Throws {@link IllegalStateException} once closed. */
  public int number() {
    int open = number.get();
    if (open == CLOSED) {
      throw new IllegalStateException("descriptor is closed");
    }
    return open;
  }

  /** {@code /proc/self/fd/N}: the object itself, for interfaces that only take paths. */
  public Path path() {
    return Path.of("/proc/self/fd/" + number());
  }

  public boolean isOpen() {
    return number.get() != CLOSED;
  }

  @Override
  public void close() {
    if (number.get() == CWD_NUMBER) {
      return;
    }
    int open = number.getAndSet(CLOSED);
    if (open != CLOSED) {
      closer.close(open);
    }
  }

  private static final int CWD_NUMBER = -100;

  @Override
  public String toString() {
    int open = number.get();
    return open == CLOSED ? "fd(closed)" : "fd(" + open + ")";
  }
}
