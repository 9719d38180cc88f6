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
import java.util.Objects;
import java.util.Optional;
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
  private final @Nullable Invitation invitation;
  private final CompletableFuture<RegisterPluginRequest> registered = new CompletableFuture<>();
  private volatile @Nullable Plugin plugin;

  /** What is settled about a plugin that the daemon has started itself. */
  record Invitation(String index, String name, String configuration) {}

  private Registration(PluginHost host, @Nullable Invitation invitation) {
    this.host = host;
    this.invitation = invitation;
  }

  /** Returns when the plugin is there, or has failed and is logged. */
  static void run(PluginHost host, SocketChannel channel) {
    var _ = new Registration(host, null).run(channel);
  }

  /** The same with one that has its name from here, whatever it calls itself. */
  static Optional<Plugin> run(PluginHost host, SocketChannel channel, Invitation invitation) {
    return new Registration(host, invitation).run(channel);
  }

  private Optional<Plugin> run(SocketChannel channel) {
    PluginLine line = PluginLine.over(channel, this::answer, this::broken);
    Plugin asked =
        invitation == null
            ? new Plugin("", "that has not registered", 0, line)
            : new Plugin(invitation.index(), invitation.name(), 0, line);
    try {
      RegisterPluginRequest request = awaitRequest();
      if (invitation == null) {
        asked = new Plugin(request.getPluginIdx(), request.getPluginName(), 0, line);
      }
      asked = configured(asked);
      plugin = asked;
      host.join(asked);
      log.info("NRI plugin {} is served", asked.title());
      return Optional.of(asked);
    } catch (IOException | CallException | GantryException e) {
      log.warn("NRI plugin {} is not served: {}", asked.title(), e.getMessage());
    } catch (RuntimeException e) {
      log.error("NRI plugin {} is not served, by a fault of gantryd", asked.title(), e);
    }
    host.leave(asked);
    return Optional.empty();
  }

  private RegisterPluginRequest awaitRequest() throws IOException {
    try {
      return registered.get(host.settings().registration().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "it did not register within " + host.settings().registration().toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IOException("the connection ended: " + cause.getMessage(), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private Plugin configured(Plugin unconfigured) throws IOException, CallException {
    NriSettings settings = host.settings();
    int events =
        unconfigured
            .ask(
                "Configure",
                ConfigureRequest.newBuilder()
                    .setConfig(invitation == null ? "" : invitation.configuration())
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
        unconfigured.index(),
        unconfigured.name(),
        events == 0 ? Plugin.ALL_EVENTS : events,
        unconfigured.line());
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
    if (invitation == null) {
      checkNames(request);
    }
    if (!registered.complete(request)) {
      throw new CallException(CallException.INVALID, "this plugin has registered before");
    }
    return Empty.getDefaultInstance().toByteArray();
  }

  private static void checkNames(RegisterPluginRequest request) throws CallException {
    if (!request.getPluginIdx().matches("[0-9]{2}")) {
      throw new CallException(
          CallException.INVALID, "index \"" + request.getPluginIdx() + "\" is not two digits");
    }
    if (!request.getPluginName().matches("[A-Za-z0-9_.+-]+")) {
      throw new CallException(
          CallException.INVALID, "\"" + request.getPluginName() + "\" is no name for a plugin");
    }
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
