package io.gantry.nri.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.gantry.api.ttrpc.Request;
import io.gantry.api.ttrpc.Response;
import io.gantry.api.ttrpc.Status;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A connection to a plugin, by which either side calls the other. Whoever breaks the protocol, or
 * does not read, loses it. Safe for use by many threads.
 */
public final class PluginLine implements AutoCloseable {

  /** Calls of a plugin that are answered at a time. */
  private static final int MOST_ANSWERS = 16;

  private final Trunk trunk;
  private final Answers answers;
  private final Consumer<IOException> broken;
  private final ConcurrentHashMap<Integer, CompletableFuture<Response>> asked =
      new ConcurrentHashMap<>();
  private final Semaphore answering = new Semaphore(MOST_ANSWERS);
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);
  private int nextStream = 1;

  /** Who answers the plugin's calls. */
  @FunctionalInterface
  public interface Answers {
    byte[] answer(String service, String method, byte[] message) throws CallException;
  }

  private PluginLine(SocketChannel channel, Answers answers, Consumer<IOException> broken) {
    this.trunk = new Trunk(channel);
    this.answers = answers;
    this.broken = broken;
  }

  /**
   * Begins to speak; two threads are this connection's own from now on.
   *
   * @param broken is told once when the connection ends, unless it is closed from here
   */
  public static PluginLine over(
      SocketChannel channel, Answers answers, Consumer<IOException> broken) {
    PluginLine line = new PluginLine(channel, answers, broken);
    Thread writer = Thread.ofVirtual().name("nri write").unstarted(line::write);
    writer.start();
    Thread.ofVirtual().name("nri read").start(() -> line.read(writer));
    return line;
  }

  /**
   * Calls a method of the plugin and waits for the answer.
   *
   * @throws CallException when the plugin says no
   * @throws IOException when there is no answer in time, or the connection ends: it is of no more
   *     use then
   */
  public byte[] call(String service, String method, byte[] message, Duration limit)
      throws CallException, IOException {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    int stream = ask(service, method, message, limit, answer);
    try {
      Response response = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (response.getStatus().getCode() != 0) {
        throw new CallException(response.getStatus().getCode(), response.getStatus().getMessage());
      }
      return response.getPayload().toByteArray();
    } catch (TimeoutException e) {
      throw new IOException("no answer to " + method + " within " + limit.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException("the connection ended during " + method, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + method, e);
    } finally {
      asked.remove(stream);
    }
  }

  private synchronized int ask(
      String service,
      String method,
      byte[] message,
      Duration limit,
      CompletableFuture<Response> answer)
      throws IOException {
    byte[] request =
        Request.newBuilder()
            .setService(service)
            .setMethod(method)
            .setPayload(ByteString.copyFrom(message))
            .setTimeoutNano(limit.toNanos())
            .build()
            .toByteArray();
    if (request.length > Frames.LARGEST) {
      throw new IOException(method + " has " + request.length + " bytes, too many for a message");
    }
    int stream = nextStream;
    nextStream += 2;
    asked.put(stream, answer);
    if (over.get()) {
      answer.completeExceptionally(new IOException("the connection is closed"));
    }
    try {
      trunk.send(Trunk.PLUGIN, Frames.bytes(stream, Frames.REQUEST, request));
    } catch (IOException e) {
      asked.remove(stream);
      throw e;
    }
    return stream;
  }

  private void write() {
    try {
      trunk.write();
    } catch (IOException e) {
      end(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(Thread writer) {
    Frames fromPlugin = new Frames(this::answered);
    Frames toRuntime = new Frames(this::requested);
    try {
      trunk.read((connection, bytes) -> {
        switch (connection) {
          case Trunk.PLUGIN -> fromPlugin.take(bytes);
          case Trunk.RUNTIME -> toRuntime.take(bytes);
          default -> throw new IOException("logical connection " + connection + " is unknown");
        }
      });
    } catch (IOException e) {
      end(e);
    } finally {
      writer.interrupt();
    }
  }

  private void answered(Frames.Frame frame) {
    CompletableFuture<Response> answer = asked.get(frame.stream());
    if (answer == null || frame.type() != Frames.RESPONSE) {
      return;
    }
    try {
      answer.complete(Response.parseFrom(frame.data()));
    } catch (InvalidProtocolBufferException e) {
      answer.completeExceptionally(e);
    }
  }

  private void requested(Frames.Frame frame) {
    if (frame.type() != Frames.REQUEST) {
      return;
    }
    if (!answering.tryAcquire()) {
      respond(
          frame.stream(),
          failure(CallException.EXHAUSTED, MOST_ANSWERS + " calls are not answered yet"));
      return;
    }
    Thread.ofVirtual()
        .name("nri answer")
        .start(() -> {
          try {
            respond(frame.stream(), response(frame));
          } finally {
            answering.release();
          }
        });
  }

  private Response response(Frames.Frame frame) {
    if ((frame.flags() & Frames.REMOTE_OPEN) != 0) {
      return failure(CallException.UNIMPLEMENTED, "no method here takes a stream");
    }
    try {
      Request request = Request.parseFrom(frame.data());
      byte[] answer =
          answers.answer(
              request.getService(), request.getMethod(), request.getPayload().toByteArray());
      return Response.newBuilder()
          .setStatus(Status.getDefaultInstance())
          .setPayload(ByteString.copyFrom(answer))
          .build();
    } catch (InvalidProtocolBufferException e) {
      return failure(CallException.INVALID, "not a message: " + e.getMessage());
    } catch (CallException e) {
      return failure(e.code(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      return failure(CallException.UNKNOWN, String.valueOf(e.getMessage()));
    }
  }

  private static Response failure(int code, String message) {
    return Response.newBuilder()
        .setStatus(Status.newBuilder().setCode(code).setMessage(message))
        .build();
  }

  private void respond(int stream, Response response) {
    try {
      trunk.send(Trunk.RUNTIME, Frames.bytes(stream, Frames.RESPONSE, response.toByteArray()));
    } catch (IOException e) {
      end(e);
    }
  }

  private void end(IOException cause) {
    if (over.compareAndSet(false, true)) {
      shut(cause);
      broken.accept(cause);
    }
  }

  private void shut(IOException cause) {
    try {
      trunk.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    asked.values().forEach(answer -> answer.completeExceptionally(cause));
    closed.countDown();
  }

  /** Waits until the connection has ended, by whichever side. */
  public void awaitEnd() throws InterruptedException {
    closed.await();
  }

  /** Ends the connection; calls that wait fail. */
  @Override
  public void close() {
    if (over.compareAndSet(false, true)) {
      shut(new IOException("the connection was closed"));
    }
  }
}
