package io.gantry.streaming;

import com.fasterxml.jackson.databind.MappingIterator;
import io.gantry.error.GantryException;
import io.gantry.shim.ProcessStream;
import io.gantry.state.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One exec or attach from its first byte to its last: relays between a client's streams and a
 * process until the process has ended or the client is gone. Runs on a virtual thread, with one
 * more for input and one for the terminal's size; none of them outlives it.
 */
final class CommandSession {

  private static final Logger LOG = LoggerFactory.getLogger(CommandSession.class);

  /** What clients send in the resize stream (client-go, remotecommand.TerminalSize). */
  record TerminalSize(int Width, int Height) {}

  private final StreamRequest request;
  private final StreamTargets targets;
  private final CommandStreams streams;
  private final List<Thread> pumps = new ArrayList<>();

  CommandSession(StreamRequest request, StreamTargets targets, CommandStreams streams) {
    this.request = request;
    this.targets = targets;
    this.streams = streams;
  }

  void run() {
    try {
      ByteBuffer status = status();
      streams.line().await(() -> true);
      end(streams.stdout());
      end(streams.stderr());
      streams.error().write(status);
      streams.error().end();
      streams.line().finish();
    } catch (IOException e) {
      LOG.debug("{} ended without its client: {}", request.kind(), e.getMessage());
      streams.line().drop();
    } catch (RuntimeException | Error e) {
      streams.line().drop();
      throw e;
    } finally {
      stopPumps();
    }
  }

  private static void end(@Nullable Outlet outlet) throws IOException {
    if (outlet != null) {
      outlet.end();
    }
  }

  /** Does it all; what is to be told at the end. */
  private ByteBuffer status() {
    StatusForm form = streams.form();
    try (ProcessStream process = open()) {
      Line.Belonging belonging = process::close;
      streams.line().own(belonging);
      try {
        pump(process);
        return relay(process);
      } finally {
        streams.line().disown(belonging);
      }
    } catch (GantryException e) {
      return form.failed(e.advice());
    } catch (IOException e) {
      return form.failed(
          request.kind() + " was cut off: " + e.getMessage() + "; see the state of the container");
    }
  }

  private ProcessStream open() {
    return switch (request) {
      case StreamRequest.Exec exec -> targets.exec(exec);
      case StreamRequest.Attach attach -> targets.attach(attach);
      case StreamRequest.Forward forward ->
          throw new IllegalArgumentException("not a command: " + forward);
    };
  }

  private ByteBuffer relay(ProcessStream process) throws IOException {
    while (true) {
      switch (process.read()) {
        case ProcessStream.Event.Stdout(ByteBuffer bytes) -> write(streams.stdout(), bytes);
        case ProcessStream.Event.Stderr(ByteBuffer bytes) -> write(streams.stderr(), bytes);
        case ProcessStream.Event.Skipped(long bytes) -> {
          String text = bytes + " bytes of output are missing: the client reads too slowly";
          if (!request.tty()) {
            // A hole in data is worse than its end.
            return streams.form().failed("attach ended, the container goes on: " + text);
          }
          write(streams.stdout(), ByteBuffer.wrap(note(text)));
        }
        case ProcessStream.Event.Ended(int code) -> {
          // How a container ends is not how an attach ends.
          return streams.form().exited(request instanceof StreamRequest.Exec ? code : 0);
        }
      }
    }
  }

  private static byte[] note(String text) {
    return ("\r\n[" + text + "]\r\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void write(@Nullable Outlet outlet, ByteBuffer bytes) throws IOException {
    if (outlet != null) {
      outlet.write(bytes);
    }
  }

  private void pump(ProcessStream process) {
    Inlet stdin = streams.stdin();
    if (stdin != null) {
      pumps.add(start("stdin", () -> input(stdin, process)));
    }
    Inlet resize = streams.resize();
    if (resize != null) {
      pumps.add(start("resize", () -> sizes(resize, process)));
    }
  }

  private Thread start(String name, Runnable work) {
    return Thread.ofVirtual().name(request.kind() + " " + name).start(work);
  }

  private static void input(Inlet stdin, ProcessStream process) {
    try {
      for (ByteBuffer bytes = stdin.take(); bytes != null; bytes = stdin.take()) {
        process.write(bytes);
      }
      if (!stdin.wasCut()) {
        process.endInput();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The process has ended, which the one who reads it tells.
      LOG.trace("input ended: {}", e.getMessage());
    } finally {
      stdin.abandon();
    }
  }

  private static void sizes(Inlet resize, ProcessStream process) {
    try (MappingIterator<TerminalSize> sizes =
        Json.MAPPER.readerFor(TerminalSize.class).readValues(new InletInput(resize))) {
      while (sizes.hasNextValue()) {
        TerminalSize size = sizes.nextValue();
        process.resize(side(size.Height()), side(size.Width()));
      }
    } catch (IOException e) {
      // No size any more: the process has ended, or what came was none. Neither ends the stream.
      LOG.debug("no more terminal sizes: {}", e.getMessage());
    } finally {
      resize.abandon();
    }
  }

  /** The kernel has 16 bits for each (struct winsize). */
  private static int side(int cells) {
    return Math.clamp(cells, 0, 0xffff);
  }

  private void stopPumps() {
    if (streams.stdin() != null) {
      streams.stdin().abandon();
    }
    if (streams.resize() != null) {
      streams.resize().abandon();
    }
    pumps.forEach(Thread::interrupt);
  }
}
