package io.gantry.streaming;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection and the owner of all that belongs to it: when it goes, from whichever
 * side, its inlets end, whoever waits to write to it fails, and what was given to it is closed. The
 * last handler of its pipeline. Safe for use by many threads.
 */
final class Line extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Line.class);

  /** How long a client may take to close, once it was sent the end. */
  static final Duration FAREWELL = Duration.ofSeconds(10);

  /** How long it may take until it has read everything up to the end. */
  static final Duration REST = Duration.ofSeconds(60);

  /** What goes with the connection. */
  @FunctionalInterface
  interface Belonging {
    void close() throws IOException;
  }

  private final Channel channel;
  private final Intake intake;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Belonging> belongings = new HashSet<>();
  private final Set<Inlet> inlets = new HashSet<>();
  private boolean gone;
  private volatile ChannelFuture last;
  private volatile @Nullable Supplier<Object> lastWords;

  Line(Channel channel) {
    this.channel = channel;
    this.intake = new Intake(channel);
    this.last = channel.newSucceededFuture();
  }

  Channel channel() {
    return channel;
  }

  /** One that ends with this connection. */
  Inlet inlet() {
    Inlet inlet = new Inlet(intake);
    boolean late;
    lock.lock();
    try {
      late = gone;
      inlets.add(inlet);
    } finally {
      lock.unlock();
    }
    if (late) {
      inlet.cut();
    }
    return inlet;
  }

  /** Its stream is over. */
  void forget(Inlet inlet) {
    inlet.abandon();
    lock.lock();
    try {
      inlets.remove(inlet);
    } finally {
      lock.unlock();
    }
  }

  /** Takes over what is to be closed with the connection: at once, if that is gone already. */
  void own(Belonging belonging) {
    boolean late;
    lock.lock();
    try {
      late = gone;
      if (!late) {
        belongings.add(belonging);
      }
    } finally {
      lock.unlock();
    }
    if (late) {
      closed(belonging);
    }
  }

  /** Its owner has closed it. */
  void disown(Belonging belonging) {
    lock.lock();
    try {
      belongings.remove(belonging);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends a message of the protocol when the client has taken enough of those before.
   *
   * @throws IOException when the client is gone
   */
  void send(Object message) throws IOException {
    try {
      await(channel::isWritable);
    } catch (IOException e) {
      ReferenceCountUtil.release(message);
      throw e;
    }
    last = channel.writeAndFlush(message);
  }

  /**
   * Answers a frame of the client, on the connection's loop, which cannot wait: who does not read
   * the answers is not read any more either.
   */
  void answer(ChannelHandlerContext context, Object message) {
    var _ = context.writeAndFlush(message);
    intake.answered();
  }

  /** Waits until a condition of the protocol holds that {@link #stir} tells of. */
  void await(BooleanSupplier condition) throws IOException {
    lock.lock();
    try {
      while (!gone && !condition.getAsBoolean()) {
        changed.await();
      }
      if (gone) {
        throw new IOException("the client is gone");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the client did not read");
    } finally {
      lock.unlock();
    }
  }

  /** Something has changed that somebody may wait for. */
  void stir() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the connection after all that was sent. What the client still sends is dropped, so that
   * the kernel does not answer it with a reset that could overtake the last bytes.
   */
  void finish() {
    if (!channel.isActive()) {
      return;
    }
    inletsNow().forEach(Inlet::abandon);
    Supplier<Object> words = lastWords;
    if (words != null) {
      last = channel.writeAndFlush(words.get());
    }
    dropAfter(REST);
    last.addListener(sent -> {
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls != null) {
        var _ = tls.closeOutbound();
      } else if (channel instanceof DuplexChannel duplex) {
        var _ = duplex.shutdownOutput();
      }
      dropAfter(FAREWELL);
    });
  }

  private void dropAfter(Duration limit) {
    var closing = channel.eventLoop().schedule(this::drop, limit.toSeconds(), SECONDS);
    channel.closeFuture().addListener(closed -> closing.cancel(false));
  }

  /** What the protocol says before the end, made when it comes to that. */
  void lastWords(Supplier<Object> words) {
    lastWords = words;
  }

  /** Ends the connection now. */
  void drop() {
    var _ = channel.close();
  }

  private Set<Inlet> inletsNow() {
    lock.lock();
    try {
      return Set.copyOf(inlets);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      intake.drained();
    }
    stir();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    Set<Belonging> closing;
    lock.lock();
    try {
      gone = true;
      closing = Set.copyOf(belongings);
      belongings.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    inletsNow().forEach(Inlet::cut);
    closing.forEach(Line::closed);
  }

  private static void closed(Belonging belonging) {
    try {
      belonging.close();
    } catch (IOException e) {
      LOG.warn("closing what belonged to a stream failed: {}", e.toString());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      LOG.info("stream closed: nothing came or went for too long");
      drop();
    } else if (event instanceof ChannelInputShutdownEvent) {
      drop();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.info("stream closed: {}", cause.toString());
    drop();
  }
}
