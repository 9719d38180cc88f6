package io.gantry.nri;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.nri.v1alpha1.ConfigureRequest;
import io.gantry.api.nri.v1alpha1.ConfigureResponse;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.RegisterPluginRequest;
import io.gantry.api.nri.v1alpha1.SynchronizeResponse;
import io.gantry.container.ContainerState;
import io.gantry.nri.wire.FakePlugin;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Installed plugins without processes: what they are is on the other side of a connection. */
class InstalledPluginsTest extends PluginsCase {

  private static final Duration PAUSE = Duration.ofMillis(5);

  private final List<Program> programs = new CopyOnWriteArrayList<>();
  private final List<ConfigureRequest> configured = new CopyOnWriteArrayList<>();
  private final Semaphore begun = new Semaphore(0);
  private @Nullable InstalledPlugins installed;

  /** In place of a process; it ends when it is closed. */
  private static final class Program implements PluginStarter.Running {

    final FakePlugin plugin;
    final CompletableFuture<Integer> end = new CompletableFuture<>();
    private final SocketChannel channel;

    Program(SocketChannel channel, FakePlugin plugin) {
      this.channel = channel;
      this.plugin = plugin;
    }

    @Override
    public SocketChannel channel() {
      return channel;
    }

    @Override
    public int awaitEnd() {
      return end.join();
    }

    @Override
    public void close() {
      end.complete(143);
      try {
        channel.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @BeforeEach
  void install() throws IOException {
    Path program = Files.createDirectories(directory.resolve("plugins")).resolve("10-local");
    Files.createFile(program);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectories(directory.resolve("conf.d"));
    Files.writeString(directory.resolve("conf.d/local.conf"), "the words");
  }

  @AfterEach
  void leave() throws IOException {
    if (installed != null) {
      installed.close();
    }
    for (Program program : programs) {
      program.plugin.close();
    }
  }

  private Program program(Consumer<FakePlugin> behaviour) throws IOException {
    Path path = directory.resolve("s" + programs.size());
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(path));
      SocketChannel ours = SocketChannel.open(UnixDomainSocketAddress.of(path));
      FakePlugin plugin = new FakePlugin(listening.accept());
      Program program = new Program(ours, plugin);
      programs.add(program);
      behaviour.accept(plugin);
      return program;
    }
  }

  private void start(Consumer<FakePlugin> behaviour) {
    startBy(_ -> program(behaviour));
  }

  private void startBy(PluginStarter starter) {
    installed =
        InstalledPlugins.start(
            host,
            new PluginDirectories(directory.resolve("plugins"), directory.resolve("conf.d")),
            plugin -> {
              begun.release();
              return starter.start(plugin);
            },
            PAUSE);
  }

  private void awaitAttempts(int number) throws InterruptedException {
    assertThat(begun.tryAcquire(number, 20, TimeUnit.SECONDS)).isTrue();
  }

  /** Registers by another name than its file has. */
  private void joins(FakePlugin plugin) {
    plugin
        .on(
            "Configure",
            question -> {
              configured.add(ConfigureRequest.parseFrom(question));
              return ConfigureResponse.getDefaultInstance();
            })
        .on("Synchronize", _ -> SynchronizeResponse.getDefaultInstance())
        .on("CreateContainer", _ -> CreateContainerResponse.getDefaultInstance())
        .start();
    try {
      var _ =
          plugin.asking(
              FakePlugin.request(
                      RUNTIME,
                      "RegisterPlugin",
                      RegisterPluginRequest.newBuilder().setPluginName("").build())
                  .toByteString(),
              (byte) 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsInstalledIsServedWhenTheStartReturnsAndHasItsNameAndItsConfiguration() {
    start(this::joins);

    assertThat(configured).extracting(ConfigureRequest::getConfig).containsExactly("the words");
    assertThat(logged()).contains("NRI plugin 10-local is served");
    var _ = host.creating(container("app", new ContainerState.Creating()), pod);
    assertThat(programs.getFirst().plugin.questions()).contains("CreateContainer");
  }

  @Test
  void onePluginThatDoesNotRegisterIsNamedEndedAndBegunAgain() throws Exception {
    start(plugin -> {
      if (programs.size() > 1) {
        joins(plugin);
      } else {
        closing(plugin);
      }
    });

    awaitAttempts(2);
    assertThat(programs.getFirst().end).isCompletedWithValue(143);
    assertThat(logged())
        .contains(
            "NRI plugin 10-local is not served: the connection ended: closed by the other side",
            "NRI plugin 10-local has ended with status 143",
            "NRI plugin 10-local is started again in 5 ms");
  }

  private static void closing(FakePlugin plugin) {
    try {
      plugin.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void oneThatHangsIsDroppedEndedAndBegunAgain() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    start(plugin -> {
      joins(plugin);
      if (programs.size() == 1) {
        plugin.on(
            "CreateContainer",
            _ -> {
              never.await();
              return Empty.getDefaultInstance();
            });
      }
    });

    var _ = host.creating(container("app", new ContainerState.Creating()), pod);

    assertThat(programs.getFirst().end.get(20, TimeUnit.SECONDS)).isEqualTo(143);
    awaitAttempts(2);
    assertThat(logged())
        .contains("NRI plugin 10-local is dropped: no answer to CreateContainer within 300 ms");
    never.countDown();
  }

  @Test
  void pausesBecomeLongerAndHaveAnEnd() throws Exception {
    startBy(_ -> {
      throw new IOException("no more processes");
    });

    awaitAttempts(9);

    assertThat(logged().subList(0, 16).stream().filter(line -> line.contains("started again")))
        .extracting(line -> line.replaceAll(".* in (\\d+) ms", "$1"))
        .containsExactly("5", "10", "20", "40", "80", "160", "160", "160");
    assertThat(logged())
        .contains(
            "NRI plugin 10-local cannot be started from "
                + directory.resolve("plugins/10-local")
                + ": no more processes");
  }

  @Test
  void afterLeavingNoneIsBegunAgain() throws Exception {
    start(this::joins);
    InstalledPlugins plugins = Objects.requireNonNull(installed);

    plugins.leave();
    host.close();
    plugins.close();

    assertThat(programs.getFirst().end).isCompletedWithValue(143);
    assertThat(programs).hasSize(1);
    assertThat(logged()).noneMatch(line -> line.contains("started again"));
  }
}
