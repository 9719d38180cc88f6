package io.gantry.nri.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.gantry.api.ttrpc.Request;
import io.gantry.api.ttrpc.Response;
import io.gantry.api.ttrpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The other side of a connection, byte by byte and with nothing in common with what it tests.
 * Answers each question on a thread of its own.
 */
public final class FakePlugin implements AutoCloseable {

  /** Where it answers. */
  public static final int PLUGIN = 1;

  /** Where it asks. */
  public static final int RUNTIME = 2;

  private static final byte REQUEST = 1;
  private static final byte RESPONSE = 2;

  /** What it says to a question. */
  @FunctionalInterface
  public interface Answer {
    MessageLite to(ByteString question) throws Exception;
  }

  /** A no, with a status of gRPC. */
  public static final class No extends Exception {
    private static final long serialVersionUID = 1L;

    final int code;

    public No(int code, String message) {
      super(message);
      this.code = code;
    }
  }

  private final SocketChannel channel;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<Integer, CompletableFuture<Response>> asked = new ConcurrentHashMap<>();
  private final List<String> questions = new CopyOnWriteArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private int stream = 1;

  public FakePlugin(SocketChannel channel) {
    this.channel = channel;
  }

  public static FakePlugin connectedTo(Path socket) throws IOException {
    return new FakePlugin(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
  }

  /** Has it know a method from now on; it knows none of itself. */
  public FakePlugin on(String method, Answer answer) {
    answers.put(method, answer);
    return this;
  }

  /** Begins to read. */
  public FakePlugin start() {
    Thread.ofVirtual().name("fake plugin").start(this::read);
    return this;
  }

  /** The methods that it was asked, in order. */
  public List<String> questions() {
    return questions;
  }

  /** What it was asked, in order. */
  public List<Request> requests() {
    return requests;
  }

  /** Is done when the other side has closed the connection. */
  public CompletableFuture<Void> end() {
    return end;
  }

  /** Asks the runtime and waits. */
  public Response call(String service, String method, Message message) throws Exception {
    return asking(request(service, method, message).toByteString(), (byte) 0)
        .get(20, TimeUnit.SECONDS);
  }

  public static Request request(String service, String method, Message message) {
    return Request.newBuilder()
        .setService(service)
        .setMethod(method)
        .setPayload(message.toByteString())
        .build();
  }

  /** Asks the runtime. */
  public synchronized CompletableFuture<Response> asking(ByteString request, byte flags)
      throws IOException {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    asked.put(stream, answer);
    send(RUNTIME, message(stream, REQUEST, flags, request));
    stream += 2;
    return answer;
  }

  /** A message of ttrpc. */
  public static byte[] message(int stream, int type, int flags, ByteString data) {
    return ByteBuffer.allocate(10 + data.size())
        .putInt(data.size())
        .putInt(stream)
        .put((byte) type)
        .put((byte) flags)
        .put(data.toByteArray())
        .array();
  }

  /** One that says yes. */
  public static byte[] yes(int stream, MessageLite answer) {
    return message(
        stream,
        RESPONSE,
        0,
        Response.newBuilder().setPayload(answer.toByteString()).build().toByteString());
  }

  /** One frame of the multiplexer. */
  public synchronized void send(int connection, byte[] bytes) throws IOException {
    raw(
        ByteBuffer.allocate(8 + bytes.length)
            .putInt(connection)
            .putInt(bytes.length)
            .put(bytes)
            .array());
  }

  public synchronized void raw(byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  /** A frame of the multiplexer, for tests that do not let it read by itself. */
  public record Frame(int connection, ByteString data) {

    public byte[] bytes() {
      return data.toByteArray();
    }
  }

  public Frame nextFrame() throws IOException {
    ByteBuffer header = filled(8);
    int connection = header.getInt();
    return new Frame(connection, ByteString.copyFrom(filled(header.getInt())));
  }

  private ByteBuffer filled(int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException("closed");
      }
    }
    return buffer.flip();
  }

  private void read() {
    ByteArrayOutputStream toPlugin = new ByteArrayOutputStream();
    ByteArrayOutputStream answered = new ByteArrayOutputStream();
    try {
      while (true) {
        Frame frame = nextFrame();
        take(frame.connection() == PLUGIN ? toPlugin : answered, frame.bytes());
      }
    } catch (IOException over) {
      end.complete(null);
    }
  }

  private void take(ByteArrayOutputStream pending, byte[] bytes) throws IOException {
    pending.write(bytes);
    ByteBuffer all = ByteBuffer.wrap(pending.toByteArray());
    while (all.remaining() >= 10 && all.remaining() - 10 >= all.getInt(all.position())) {
      byte[] data = new byte[all.getInt()];
      int number = all.getInt();
      byte type = all.get();
      var _ = all.get();
      all.get(data);
      if (type == RESPONSE) {
        Objects.requireNonNull(asked.get(number)).complete(Response.parseFrom(data));
      } else {
        question(number, Request.parseFrom(data));
      }
    }
    pending.reset();
    pending.write(all.array(), all.position(), all.remaining());
  }

  private void question(int number, Request request) {
    questions.add(request.getMethod());
    requests.add(request);
    Thread.ofVirtual()
        .start(() -> {
          try {
            send(PLUGIN, message(number, RESPONSE, 0, answer(request).toByteString()));
          } catch (IOException gone) {
            end.complete(null);
          }
        });
  }

  private Response answer(Request request) {
    Answer answer = answers.get(request.getMethod());
    try {
      if (answer == null) {
        throw new No(12, "no " + request.getMethod() + " here");
      }
      return Response.newBuilder()
          .setPayload(answer.to(request.getPayload()).toByteString())
          .build();
    } catch (No no) {
      return failure(no.code, String.valueOf(no.getMessage()));
    } catch (Exception e) {
      return failure(2, String.valueOf(e.getMessage()));
    }
  }

  public static Response failure(int code, String message) {
    return Response.newBuilder()
        .setStatus(Status.newBuilder().setCode(code).setMessage(message))
        .build();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
