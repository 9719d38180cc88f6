package io.gantry.image.progress;

import java.util.concurrent.atomic.LongAdder;

/** What the talk of one pull or push with its registry comes to. Safe for all threads. */
public final class Traffic {

  private final WorkObserver observer;
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder turns = new LongAdder();

  /**
   * @param observer told of all this too
   */
  public Traffic(WorkObserver observer) {
    this.observer = observer;
  }

  /** Bytes of a layer have come. */
  public void receive(long bytes) {
    received.add(bytes);
    observer.received(bytes);
  }

  /** Bytes of a blob were taken. */
  public void send(long bytes) {
    sent.add(bytes);
    observer.sent(bytes);
  }

  /** The same endpoint is asked once more. */
  public void retry() {
    retries.increment();
    observer.retried();
  }

  /** Another endpoint is asked. */
  public void turn() {
    turns.increment();
    observer.turned();
  }

  /** Bytes of layers that have come, those that came in vain too. */
  public long received() {
    return received.sum();
  }

  /** Bytes of blobs that were taken. */
  public long sent() {
    return sent.sum();
  }

  public long retries() {
    return retries.sum();
  }

  public long turns() {
    return turns.sum();
  }
}
