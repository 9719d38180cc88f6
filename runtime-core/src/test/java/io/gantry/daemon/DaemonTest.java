package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.config.Config;
import io.gantry.config.ConfigException;
import io.gantry.config.ConfigReader;
import io.gantry.config.Flags;
import io.gantry.container.Container;
import io.gantry.container.ContainerService;
import io.gantry.error.AlreadyExistsException;
import io.gantry.event.LifeEvents;
import io.gantry.image.ImageStore;
import io.gantry.pod.Pod;
import io.gantry.pod.PodService;
import io.gantry.rpc.Edge;
import io.gantry.rpc.NodeStatus;
import io.gantry.rpc.ObjectDetails;
import io.gantry.rpc.RpcObserver;
import io.gantry.state.RecordFiles;
import io.gantry.state.Table;
import io.gantry.stats.StatsService;
import io.gantry.streaming.StreamUrls;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Start and stop. */
class DaemonTest {

  @TempDir Path directory;

  private final List<String> events = new ArrayList<>();

  @Test
  void recoveryRunsBeforeTheSocketIsThereAndServicesEndAfterIt() throws Exception {
    Config config = config();
    try (Daemon _ = Daemon.start(config, (c, syscalls) -> services(config))) {
      assertThat(config.socket()).exists();
      assertThat(events).containsExactly("recovered, socket false");
    }
    assertThat(events).containsExactly("recovered, socket false", "closed, socket false");
    assertThat(config.socket()).doesNotExist();
  }

  @Test
  void aSecondDaemonOnTheSameStateIsRefusedWithThePidOfTheFirst() throws Exception {
    Config config = config();
    try (Daemon _ = Daemon.start(config, (c, syscalls) -> services(config))) {
      assertThatExceptionOfType(AlreadyExistsException.class)
          .isThrownBy(() -> Daemon.start(config, (c, syscalls) -> services(config)))
          .withMessage(
              "another gantryd (pid %d) uses %s", ProcessHandle.current().pid(), config.state());
      assertThat(config.socket()).as("the first one still serves").exists();
    }
  }

  @Test
  void aFailureWhileStartingLeavesNothingOpen() throws Exception {
    Config config = config();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() ->
            Daemon.start(
                config,
                (c, syscalls) ->
                    new Services(
                        services(config).edge(),
                        () -> {
                          throw new IOException("records unreadable");
                        },
                        () -> events.add("closed"))));
    assertThat(events).containsExactly("closed");
    Daemon.start(config, (c, syscalls) -> services(config)).close();
  }

  private Services services(Config config) {
    Edge edge =
        new Edge(
            nobody(PodService.class),
            nobody(ContainerService.class),
            nobody(ImageStore.class),
            nobody(NodeStatus.class),
            ObjectDetails.NONE,
            nobody(StatsService.class),
            nobody(StreamUrls.class),
            new LifeEvents(
                table("pod", pod -> pod.id().value(), Pod.class),
                table("container", container -> container.id().value(), Container.class),
                Clock.systemUTC()),
            RpcObserver.NONE);
    return new Services(
        edge,
        () -> events.add("recovered, socket " + config.socket().toFile().exists()),
        () -> events.add("closed, socket " + config.socket().toFile().exists()));
  }

  private <T> Table<T> table(String kind, Function<T, String> id, Class<T> type) {
    return new Table<>(kind, id, new RecordFiles<>(directory.resolve(kind), kind, type));
  }

  /** A service that nobody calls. */
  private static <T> T nobody(Class<T> type) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
    return type.cast(proxy);
  }

  private Config config() throws ConfigException {
    return ConfigReader.withoutFile(
        new Flags(
            Optional.of(directory.resolve("root")),
            Optional.of(directory.resolve("state")),
            Optional.empty(),
            Optional.empty()));
  }
}
