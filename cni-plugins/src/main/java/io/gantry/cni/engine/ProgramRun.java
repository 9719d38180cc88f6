package io.gantry.cni.engine;

import java.io.ByteArrayOutputStream;
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
import java.util.regex.Pattern;

/**
 * Runs a plugin's program within a time: what has not ended by then is killed with its children.
 */
final class ProgramRun {

  private static final int MOST_OUTPUT = 1 << 20;

  /** What it printed is there by then; longer only a child that it left holds its output open. */
  private static final Duration AFTER_END = Duration.ofMillis(500);

  private static final Pattern BUSY = Pattern.compile("error[=:] ?26\\b");
  private static final int TRIES = 6;
  private static final int BUFFER = 8192;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

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
    Process process = start(builder);
    try {
      Printed output = new Printed(process.getInputStream());
      Printed errors = new Printed(process.getErrorStream());
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(() -> feed(process, input), READERS);
      if (!process.waitFor(left(deadline), TimeUnit.NANOSECONDS)) {
        throw late(program);
      }
      written.get(left(deadline), TimeUnit.NANOSECONDS);
      long patience = Math.min(deadline, System.nanoTime() + AFTER_END.toNanos());
      return new Outcome(process.exitValue(), output.until(patience), errors.until(patience));
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

  /**
   * A file that somebody is writing cannot be run (ETXTBSY): an installer that is putting a new
   * version in place, or a process that was forked while this one had written it.
   */
  private static Process start(ProcessBuilder builder) throws IOException {
    Duration pause = FIRST_PAUSE;
    for (int i = 1; ; i++) {
      try {
        return builder.start();
      } catch (IOException e) {
        if (i == TRIES || !BUSY.matcher(String.valueOf(e.getMessage())).find()) {
          throw e;
        }
        sleep(pause);
        pause = pause.multipliedBy(2);
      }
    }
  }

  private static void sleep(Duration pause) throws IOException {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a plugin's program was being written", e);
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

  /** What comes out of a program, read by a thread of its own. */
  private static final class Printed {

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final CompletableFuture<Void> end;

    Printed(InputStream stream) {
      end = CompletableFuture.runAsync(() -> read(stream), READERS);
    }

    private void read(InputStream stream) {
      byte[] buffer = new byte[BUFFER];
      try (stream) {
        int count = stream.read(buffer);
        while (count >= 0 && text.size() < MOST_OUTPUT) {
          text.write(buffer, 0, count);
          count = stream.read(buffer);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** All of it, or what is there by then. */
    String until(long deadline) throws ExecutionException, InterruptedException {
      try {
        end.get(left(deadline), TimeUnit.NANOSECONDS);
      } catch (TimeoutException heldOpen) {
        // the program has ended: nothing more of it comes
      }
      return text.toString(StandardCharsets.UTF_8);
    }
  }
}
