package io.gantry.nri;

import io.gantry.linux.Fd;
import io.gantry.linux.Pipe;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import io.gantry.shim.ShimLauncher;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts plugins below supervisors that end them when this process ends, however it does. Two
 * threads are each plugin's own: one writes into the log what it prints, one waits for its end.
 */
public final class SupervisedPrograms implements PluginStarter {

  private static final Logger log = LoggerFactory.getLogger(SupervisedPrograms.class);

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;

  private final ShimLauncher shims;
  private final Syscalls calls;
  private final Path place;

  /**
   * @param place a directory of this daemon's own that need not be there yet
   */
  public SupervisedPrograms(ShimLauncher shims, Syscalls calls, Path place) {
    this.shims = shims;
    this.calls = calls;
    this.place = place;
  }

  @Override
  public synchronized Running start(InstalledPlugin plugin) throws IOException {
    // The JDK has no socket pairs, and no channel over a descriptor: so one side is bound to a path
    // that only this user reaches, for as long as it takes to connect.
    Files.createDirectories(
        place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path path = place.resolve("plugin");
    Files.deleteIfExists(path);
    try (Fd listening = calls.socket(AF_UNIX, SOCK_STREAM, 0)) {
      calls.bindUnix(listening, path);
      calls.listen(listening, 1);
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
      try {
        return start(plugin, listening, channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } finally {
      Files.deleteIfExists(path);
      Files.delete(place);
    }
  }

  private Running start(InstalledPlugin plugin, Fd listening, SocketChannel channel)
      throws IOException {
    List<String> environment =
        List.of(
            "NRI_PLUGIN_NAME=" + plugin.name(),
            "NRI_PLUGIN_IDX=" + plugin.index(),
            "NRI_PLUGIN_SOCKET=3");
    Pipe life = calls.pipe();
    try (Pipe output = calls.pipe();
        Fd _ = life.reader()) {
      FileInputStream printed = new FileInputStream(output.reader().path().toFile());
      int pid;
      try {
        pid =
            shims.beside(plugin.program(), environment, output.writer(), listening, life.reader());
      } catch (IOException e) {
        printed.close();
        throw e;
      }
      Supervised process = new Supervised(channel, life.writer());
      thread("nri output", plugin, () -> print(plugin, printed));
      thread("nri end", plugin, () -> process.awaitEndOf(pid));
      return process;
    } catch (IOException e) {
      life.close();
      throw e;
    }
  }

  private static void thread(String task, InstalledPlugin plugin, Runnable work) {
    Thread.ofPlatform().daemon().name(task + " " + plugin.title()).start(work);
  }

  private static void print(InstalledPlugin plugin, FileInputStream printed) {
    try {
      new OutputLines(line -> log.info("NRI plugin {} prints: {}", plugin.title(), line))
          .read(printed);
    } catch (IOException e) {
      log.warn("what NRI plugin {} prints cannot be read: {}", plugin.title(), e.toString());
    }
  }

  private final class Supervised implements Running {

    private final SocketChannel channel;
    private final Fd life;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();

    Supervised(SocketChannel channel, Fd life) {
      this.channel = channel;
      this.life = life;
    }

    @Override
    public SocketChannel channel() {
      return channel;
    }

    /** The supervisor itself is never ended by a signal but from outside. */
    private void awaitEndOf(int pid) {
      try {
        int status = calls.waitpid(pid).orElse(0);
        end.complete((status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f));
      } catch (SyscallException e) {
        end.completeExceptionally(e);
      }
    }

    @Override
    public int awaitEnd() throws InterruptedException {
      try {
        return end.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("the end of a plugin is not seen", e);
      }
    }

    @Override
    public void close() {
      life.close();
      try {
        channel.close();
      } catch (IOException e) {
        log.warn("closing the connection of an NRI plugin: {}", e.toString());
      }
    }
  }
}
