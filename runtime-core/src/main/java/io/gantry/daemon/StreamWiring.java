package io.gantry.daemon;

import io.gantry.config.Config.StreamingSettings;
import io.gantry.container.ContainerService;
import io.gantry.container.ExecRequest;
import io.gantry.pod.PodPorts;
import io.gantry.shim.ProcessStream;
import io.gantry.streaming.StreamRequest;
import io.gantry.streaming.StreamServer;
import io.gantry.streaming.StreamSettings;
import io.gantry.streaming.StreamTargets;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Brings the stream server together with the containers and pods that it leads to. */
final class StreamWiring {

  private StreamWiring() {}

  static StreamServer server(
      StreamingSettings settings, ContainerService containers, PodPorts ports) {
    return new StreamServer(settings(settings), targets(containers, ports));
  }

  private static StreamSettings settings(StreamingSettings settings) {
    return new StreamSettings(
        settings.address(),
        settings.port(),
        Duration.ofSeconds(settings.idleTimeoutSeconds()),
        Duration.ofSeconds(settings.creationTimeoutSeconds()),
        settings.tls()
            ? new StreamSettings.Tls(
                file(settings.certFile()), file(settings.keyFile()), file(settings.clientCaFile()))
            : null);
  }

  private static @Nullable Path file(String path) {
    return path.isEmpty() ? null : Path.of(path);
  }

  private static StreamTargets targets(ContainerService containers, PodPorts ports) {
    return new StreamTargets() {
      @Override
      public ProcessStream exec(StreamRequest.Exec request) {
        return containers.exec(
            request.container(),
            new ExecRequest(request.command(), request.tty(), request.stdin()));
      }

      @Override
      public ProcessStream attach(StreamRequest.Attach request) {
        return containers.attach(request.container(), request.stdin());
      }

      @Override
      public SocketChannel connect(String pod, int port, Consumer<SocketChannel> made)
          throws IOException {
        return ports.connect(pod, port, made);
      }
    };
  }
}
