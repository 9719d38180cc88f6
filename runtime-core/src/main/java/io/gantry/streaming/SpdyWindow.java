package io.gantry.streaming;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much a client is ready to take of a stream, or of a connection (SPDY/3.1, section 2.6.8).
 *
 * <p>The clients of Kubernetes speak SPDY by github.com/moby/spdystream, which neither enlarges
 * windows nor keeps to them: it reads less when it is busy, and TCP does the rest. Whoever never
 * enlarges a window is therefore not held to one, or he would hear nothing after 64 KiB.
 */
final class SpdyWindow {

  /** What both sides start with. */
  static final int INITIAL = 64 << 10;

  private final AtomicLong left;
  private volatile boolean counts;

  SpdyWindow(int initial) {
    this.left = new AtomicLong(initial);
  }

  /** The client has said how much it takes, so it means it. */
  void enlarge(int bytes) {
    left.addAndGet(bytes);
    counts = true;
  }

  /** The client has changed what streams start with. */
  void shift(int bytes) {
    left.addAndGet(bytes);
  }

  boolean open() {
    return !counts || left.get() > 0;
  }

  int most(int wanted) {
    return counts ? Math.clamp(left.get(), 1, wanted) : wanted;
  }

  void sent(int bytes) {
    left.addAndGet(-bytes);
  }
}
