package io.gantry.nri;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.MessageLite;
import io.gantry.api.nri.v1alpha1.ConfigureResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.RegisterPluginRequest;
import io.gantry.api.nri.v1alpha1.SynchronizeResponse;
import io.gantry.api.ttrpc.Response;
import io.gantry.container.Container;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerState;
import io.gantry.container.FakeLauncher;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.nri.wire.FakePlugin;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFixtures;
import io.gantry.state.RecordFiles;
import io.gantry.state.Table;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A host that serves plugins at a socket, and plugins that connect there. */
abstract class PluginsCase {

  static final String RUNTIME = "nri.pkg.api.v1alpha1.Runtime";
  static final Duration SHORT = Duration.ofMillis(300);

  @TempDir Path directory;

  final Pod pod = PodFixtures.ready("web");
  final List<String> changed = new CopyOnWriteArrayList<>();
  final BlockingQueue<String> evicted = new LinkedBlockingQueue<>();
  Table<Pod> pods;
  Table<Container> containers;
  PluginHost host;
  PluginServer server;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final List<FakePlugin> plugins = new ArrayList<>();
  private Path socket;

  @BeforeEach
  void serve() throws IOException {
    pods =
        new Table<>(
            "pod",
            p -> p.id().value(),
            new RecordFiles<>(directory.resolve("pods"), "pod", Pod.class));
    containers =
        new Table<>(
            "container",
            c -> c.id().value(),
            new RecordFiles<>(directory.resolve("containers"), "container", Container.class));
    pods.insert(pod);
    host =
        new PluginHost(
            pods,
            containers,
            new FakeLauncher(),
            new NriSettings("1.2.3", Duration.ofSeconds(5), SHORT),
            changes());
    socket = directory.resolve("nri.sock");
    ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    server = PluginServer.start(host, listening);
    log.start();
    logger().addAppender(log);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.gantry.nri");
  }

  private Changes changes() {
    return new Changes() {
      @Override
      public void limit(String container, CgroupLimits change) {
        if (container.equals("none")) {
          throw new io.gantry.error.NotFoundException(
              new io.gantry.error.Subject("container", container), "container is not there", "");
        }
        changed.add(container + " " + change.memoryBytes().orElse(-1));
      }

      @Override
      public void evict(String container) {
        evicted.add(container);
      }
    };
  }

  @AfterEach
  void end() throws IOException {
    logger().detachAppender(log);
    for (FakePlugin plugin : plugins) {
      plugin.close();
    }
    server.close();
  }

  List<String> logged() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** One that has connected and knows how to be configured and synchronized, and nothing else. */
  FakePlugin stranger(Event... events) throws IOException {
    int bits = 0;
    for (Event event : events) {
      bits |= 1 << (event.getNumber() - 1);
    }
    ConfigureResponse wanted = ConfigureResponse.newBuilder().setEvents(bits).build();
    FakePlugin plugin =
        FakePlugin.connectedTo(socket)
            .on("Configure", _ -> wanted)
            .on("Synchronize", _ -> SynchronizeResponse.getDefaultInstance());
    plugins.add(plugin);
    return plugin;
  }

  static Response register(FakePlugin plugin, String index, String name) throws Exception {
    return plugin.call(
        RUNTIME,
        "RegisterPlugin",
        RegisterPluginRequest.newBuilder().setPluginIdx(index).setPluginName(name).build());
  }

  /** One that is served when this returns. */
  void join(FakePlugin plugin, String index, String name) throws Exception {
    CountDownLatch synchronized_ = new CountDownLatch(1);
    plugin.on(
        "Synchronize",
        _ -> {
          synchronized_.countDown();
          return SynchronizeResponse.getDefaultInstance();
        });
    var _ = register(plugin.start(), index, name);
    synchronized_.await();
    // It joins under the lock that this waits for.
    host.resized(pod);
  }

  /** Knows these methods and answers nothing. */
  static FakePlugin knowing(FakePlugin plugin, String... methods) {
    for (String method : methods) {
      plugin.on(method, _ -> (MessageLite) Empty.getDefaultInstance());
    }
    return plugin;
  }

  Container container(String name, ContainerState state) {
    Container container = ContainerFixtures.container(pod.id(), name, state);
    containers.insert(container);
    return container;
  }
}
