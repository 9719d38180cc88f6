package io.gantry.cni.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a plugin's program within a time: what has not ended by then is killed with its children.
 */
final class ProgramRun {

  private static final int MOST_OUTPUT = 1 << 20;

  /** What a program came to. */
  record Outcome(int exitCode, String output, String errors) {}

  private static final Executor READERS =
      task -> Thread.ofVirtual().name("cni plugin output").start(task);

  private final Duration limit;

  ProgramRun(Duration limit) {
    this.limit = limit;
  }

  /**
   * Runs it to its end.
   *
   * @param variables beside those of the daemon
   * @throws IOException when it cannot be started, or takes longer than it may
   */
  Outcome run(Path program, Map<String, String> variables, String input) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("CNI_"));
    builder.environment().putAll(variables);
    long deadline = System.nanoTime() + limit.toNanos();
    Process process = builder.start();
    try {
      CompletableFuture<String> output = read(process.getInputStream());
      CompletableFuture<String> errors = read(process.getErrorStream());
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(() -> feed(process, input), READERS);
      if (!process.waitFor(left(deadline), TimeUnit.NANOSECONDS)) {
        throw late(program);
      }
      written.get(left(deadline), TimeUnit.NANOSECONDS);
      return new Outcome(
          process.exitValue(),
          output.get(left(deadline), TimeUnit.NANOSECONDS),
          errors.get(left(deadline), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      throw late(program);
    } catch (ExecutionException e) {
      throw new IOException("reading from " + program + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + program + " ran", e);
    } finally {
      end(process);
    }
  }

  private static long left(long deadline) {
    return Math.max(0, deadline - System.nanoTime());
  }

  private IOException late(Path program) {
    return new IOException(
        program + " did not end within " + limit.toSeconds() + " s and was killed");
  }

  private static void end(Process process) {
    if (process.isAlive()) {
      List<ProcessHandle> below = process.descendants().toList();
      process.destroyForcibly();
      below.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** A program that does not read all of it has its reasons, which its exit code tells. */
  private static void feed(Process process, String input) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException closed) {
      return;
    }
  }

  private static CompletableFuture<String> read(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        READERS);
  }
}
