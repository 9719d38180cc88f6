package io.gantry.conformance.nri;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.gantry.api.nri.v1alpha1.ConfigureRequest;
import io.gantry.api.nri.v1alpha1.ConfigureResponse;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.CreateContainerRequest;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.RegisterPluginRequest;
import io.gantry.api.nri.v1alpha1.SynchronizeRequest;
import io.gantry.api.nri.v1alpha1.SynchronizeResponse;
import io.gantry.api.nri.v1alpha1.UpdateContainersRequest;
import io.gantry.api.nri.v1alpha1.UpdateContainersResponse;
import io.gantry.api.ttrpc.Request;
import io.gantry.api.ttrpc.Response;
import io.gantry.api.ttrpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A plugin of its own making: it registers, answers what it is asked and writes down what it is
 * told. What it has not been taught it answers with nothing. Safe for use by many threads.
 */
final class TestPlugin implements AutoCloseable {

  private static final int PLUGIN = 1;
  private static final int RUNTIME = 2;
  private static final byte REQUEST = 1;
  private static final byte RESPONSE = 2;
  private static final String SERVICE = "nri.pkg.api.v1alpha1.Runtime";
  private static final long SECONDS = 30;

  /** What it says to a question; an exception is a no. */
  @FunctionalInterface
  interface Answer {
    MessageLite to(ByteString question) throws Exception;
  }

  private final SocketChannel channel;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CountDownLatch known = new CountDownLatch(1);
  private final Map<Integer, CompletableFuture<Response>> asked = new ConcurrentHashMap<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile SynchronizeRequest found = SynchronizeRequest.getDefaultInstance();
  private volatile ConfigureRequest configuration = ConfigureRequest.getDefaultInstance();
  private int stream = 1;

  /** One that is connected and begins to answer. */
  TestPlugin(SocketChannel channel) {
    this.channel = channel;
    on(
        "Configure",
        question -> {
          configuration = ConfigureRequest.parseFrom(question);
          return ConfigureResponse.getDefaultInstance();
        });
    on(
        "Synchronize",
        question -> {
          found = found.toBuilder().mergeFrom(question).build();
          known.countDown();
          return SynchronizeResponse.newBuilder().setMore(found.getMore()).build();
        });
  }

  static TestPlugin connectedTo(Path socket) throws IOException {
    return new TestPlugin(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
  }

  TestPlugin on(String method, Answer answer) {
    answers.put(method, answer);
    return this;
  }

  /** Adjusts each container that is made. */
  TestPlugin adjusting(ContainerAdjustment wanted) {
    return on(
        "CreateContainer", _ -> CreateContainerResponse.newBuilder().setAdjust(wanted).build());
  }

  /** Registers; returns when it has been told what there is. */
  TestPlugin join(String index, String name) throws Exception {
    Thread.ofVirtual().name("plugin " + name).start(this::read);
    RegisterPluginRequest request =
        RegisterPluginRequest.newBuilder().setPluginIdx(index).setPluginName(name).build();
    Response answer = call("RegisterPlugin", request);
    if (answer.getStatus().getCode() != 0) {
      throw new IOException(answer.getStatus().getMessage());
    }
    if (!known.await(SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("nobody told " + name + " what there is");
    }
    return this;
  }

  /** What there was when it came. */
  SynchronizeRequest found() {
    return found;
  }

  ConfigureRequest configuration() {
    return configuration;
  }

  /** What it was told since, in order: the method, and the container's or else the pod's name. */
  List<String> told() {
    return told;
  }

  /** Waits until the runtime has closed the connection. */
  boolean ends() throws InterruptedException {
    return over.await(SECONDS, TimeUnit.SECONDS);
  }

  void awaitEnd() throws InterruptedException {
    over.await();
  }

  UpdateContainersResponse update(UpdateContainersRequest request) throws Exception {
    Response answer = call("UpdateContainers", request);
    if (answer.getStatus().getCode() != 0) {
      throw new IOException(answer.getStatus().getMessage());
    }
    return UpdateContainersResponse.parseFrom(answer.getPayload());
  }

  private Response call(String method, Message message) throws Exception {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    Request request =
        Request.newBuilder()
            .setService(SERVICE)
            .setMethod(method)
            .setPayload(message.toByteString())
            .build();
    synchronized (this) {
      asked.put(stream, answer);
      send(RUNTIME, stream, REQUEST, request);
      stream += 2;
    }
    return answer.get(SECONDS, TimeUnit.SECONDS);
  }

  private synchronized void send(int connection, int number, byte type, MessageLite message)
      throws IOException {
    byte[] data = message.toByteArray();
    ByteBuffer frame =
        ByteBuffer.allocate(18 + data.length)
            .putInt(connection)
            .putInt(10 + data.length)
            .putInt(data.length)
            .putInt(number)
            .put(type)
            .put((byte) 0)
            .put(data)
            .flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  private void read() {
    Map<Integer, ByteArrayOutputStream> pending = new HashMap<>();
    try (DataInputStream in = new DataInputStream(Channels.newInputStream(channel))) {
      while (true) {
        int connection = in.readInt();
        byte[] bytes = in.readNBytes(in.readInt());
        var bytesOfConnection =
            pending.computeIfAbsent(connection, _ -> new ByteArrayOutputStream());
        bytesOfConnection.write(bytes);
        take(bytesOfConnection);
      }
    } catch (IOException closed) {
      over.countDown();
    }
  }

  private void take(ByteArrayOutputStream pending) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(pending.toByteArray());
    while (all.remaining() >= 10 && all.remaining() - 10 >= all.getInt(all.position())) {
      byte[] data = new byte[all.getInt()];
      int number = all.getInt();
      byte type = all.get();
      all.position(all.position() + 1).get(data);
      if (type == RESPONSE) {
        Objects.requireNonNull(asked.remove(number)).complete(Response.parseFrom(data));
      } else {
        Request request = Request.parseFrom(data);
        write(request);
        Thread.ofVirtual().name("plugin answer").start(() -> answer(number, request));
      }
    }
    pending.reset();
    pending.write(all.array(), all.position(), all.remaining());
  }

  /** All questions about pods and containers have these two in the same places. */
  private void write(Request request) throws InvalidProtocolBufferException {
    String method = request.getMethod();
    if (List.of("Configure", "Synchronize", "Shutdown").contains(method)) {
      return;
    }
    CreateContainerRequest question = CreateContainerRequest.parseFrom(request.getPayload());
    String name =
        question.hasContainer() ? question.getContainer().getName() : question.getPod().getName();
    told.add(method + " " + name);
  }

  private void answer(int number, Request request) {
    Response.Builder response = Response.newBuilder();
    try {
      Answer answer = answers.getOrDefault(request.getMethod(), _ -> Empty.getDefaultInstance());
      response.setPayload(answer.to(request.getPayload()).toByteString());
    } catch (Exception e) {
      response.setStatus(Status.newBuilder().setCode(2).setMessage(String.valueOf(e.getMessage())));
    }
    try {
      send(PLUGIN, number, RESPONSE, response.build());
    } catch (IOException closed) {
      over.countDown();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
