package io.gantry.nri;

import com.google.protobuf.InvalidProtocolBufferException;
import io.gantry.api.nri.v1alpha1.ConfigureRequest;
import io.gantry.api.nri.v1alpha1.ConfigureResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.RegisterPluginRequest;
import io.gantry.api.nri.v1alpha1.UpdateContainersRequest;
import io.gantry.api.nri.v1alpha1.UpdateContainersResponse;
import io.gantry.error.GantryException;
import io.gantry.nri.wire.CallException;
import io.gantry.nri.wire.PluginLine;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a connection becomes a plugin: it registers, is configured, and told what there is. */
final class Registration {

  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  private static final String SERVICE = "nri.pkg.api.v1alpha1.Runtime";

  private final PluginHost host;
  private final CompletableFuture<RegisterPluginRequest> registered = new CompletableFuture<>();
  private volatile @Nullable Plugin plugin;

  private Registration(PluginHost host) {
    this.host = host;
  }

  /** Returns when the plugin is there, or has failed and is logged. */
  static void run(PluginHost host, SocketChannel channel) {
    new Registration(host).run(channel);
  }

  private void run(SocketChannel channel) {
    PluginLine line = PluginLine.over(channel, this::answer, this::broken);
    String title = "that has not registered";
    try {
      RegisterPluginRequest request = awaitRequest();
      title = request.getPluginIdx() + "-" + request.getPluginName();
      Plugin asked = configured(request, line);
      plugin = asked;
      host.join(asked);
      log.info("NRI plugin {} is served", title);
    } catch (IOException | CallException | GantryException e) {
      log.warn("NRI plugin {} is not served: {}", title, e.getMessage());
      line.close();
    }
  }

  private RegisterPluginRequest awaitRequest() throws IOException {
    try {
      return registered.get(host.settings().registration().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "it did not register within " + host.settings().registration().toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private Plugin configured(RegisterPluginRequest request, PluginLine line)
      throws IOException, CallException {
    NriSettings settings = host.settings();
    Plugin unconfigured = new Plugin(request.getPluginIdx(), request.getPluginName(), 0, line);
    int events =
        unconfigured
            .ask(
                "Configure",
                ConfigureRequest.newBuilder()
                    .setRuntimeName("gantry")
                    .setRuntimeVersion(settings.version())
                    .setRegistrationTimeout(settings.registration().toMillis())
                    .setRequestTimeout(settings.request().toMillis())
                    .build(),
                ConfigureResponse.parser(),
                settings.registration())
            .getEvents();
    if ((events & ~Plugin.ALL_EVENTS) != 0) {
      throw new IOException("it wants events that there are not: 0x" + Integer.toHexString(events));
    }
    return new Plugin(
        request.getPluginIdx(),
        request.getPluginName(),
        events == 0 ? Plugin.ALL_EVENTS : events,
        line);
  }

  private byte[] answer(String service, String method, byte[] message) throws CallException {
    try {
      return switch (service + "/" + method) {
        case SERVICE + "/RegisterPlugin" -> register(RegisterPluginRequest.parseFrom(message));
        case SERVICE + "/UpdateContainers" -> update(UpdateContainersRequest.parseFrom(message));
        default ->
            throw new CallException(
                CallException.UNIMPLEMENTED, "there is no " + service + "/" + method);
      };
    } catch (InvalidProtocolBufferException e) {
      throw new CallException(CallException.INVALID, "not a message: " + e.getMessage());
    }
  }

  private byte[] register(RegisterPluginRequest request) throws CallException {
    if (!request.getPluginIdx().matches("[0-9]{2}")) {
      throw new CallException(
          CallException.INVALID, "index \"" + request.getPluginIdx() + "\" is not two digits");
    }
    if (!request.getPluginName().matches("[A-Za-z0-9_.+-]+")) {
      throw new CallException(
          CallException.INVALID, "\"" + request.getPluginName() + "\" is no name for a plugin");
    }
    if (!registered.complete(request)) {
      throw new CallException(CallException.INVALID, "this plugin has registered before");
    }
    return Empty.getDefaultInstance().toByteArray();
  }

  private byte[] update(UpdateContainersRequest request) throws CallException {
    Plugin from = plugin;
    if (from == null) {
      throw new CallException(CallException.INVALID, "register first");
    }
    return UpdateContainersResponse.newBuilder()
        .addAllFailed(host.unasked(from.title(), request.getUpdateList(), request.getEvictList()))
        .build()
        .toByteArray();
  }

  private void broken(IOException cause) {
    registered.completeExceptionally(cause);
    Plugin gone = plugin;
    if (gone != null) {
      log.info("NRI plugin {} is gone: {}", gone.title(), cause.getMessage());
      host.leave(gone);
    }
  }
}
