package io.gantry.streaming;

import io.netty.channel.Channel;

/**
 * When a connection's socket is read: not while too much of what its client sent waits to be taken,
 * and not while the client does not read the answers that its frames ask for. In both cases the
 * client has to wait.
 */
final class Intake {

  static final int HIGH = 256 << 10;
  static final int LOW = 64 << 10;

  private final Channel channel;
  private long waiting;
  private boolean full;
  private boolean unanswered;

  Intake(Channel channel) {
    this.channel = channel;
  }

  synchronized void came(int bytes) {
    waiting += bytes;
    full |= waiting > HIGH;
    read();
  }

  synchronized void went(int bytes) {
    waiting -= bytes;
    full &= waiting >= LOW;
    read();
  }

  /**
   * An answer has joined those that the client has not read. Output of commands alone never comes
   * to so much, so a client that reads it slowly is still heard.
   */
  synchronized void answered() {
    unanswered |= channel.bytesBeforeWritable() > HIGH;
    read();
  }

  /** The client has read. */
  synchronized void drained() {
    unanswered = false;
    read();
  }

  private void read() {
    channel.config().setAutoRead(!full && !unanswered);
  }
}
