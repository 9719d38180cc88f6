package io.gantry.cli.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;

/**
 * A talk with a process: what is typed goes there, what it prints comes here, until it ends.
 *
 * @param stdin whether standard input is passed on
 * @param tty whether the process has a terminal, and with stdin ours is made raw for it
 */
public record Talk(Console console, boolean stdin, boolean tty) {
  private static final int BUFFER = 32 * 1024;

  /** Returns the exit code that the process ended with; 0 where an attach ended. */
  public int at(String url) {
    try (var socket = ChannelSocket.connect(url)) {
      if (stdin && tty) {
        try (var terminal = OwnTerminal.raw()) {
          terminal.onResize(() -> resize(terminal, socket));
          resize(terminal, socket);
          return talk(socket);
        }
      }
      return talk(socket);
    } catch (IOException e) {
      throw CliException.failed("the stream at " + url + " broke off: " + e.getMessage());
    }
  }

  private static void resize(OwnTerminal terminal, ChannelSocket socket) {
    var size = terminal.size();
    var json = "{\"Width\":%d,\"Height\":%d}".formatted(size.columns(), size.rows());
    var bytes = json.getBytes(UTF_8);
    try {
      socket.send(ChannelSocket.RESIZE, bytes, bytes.length);
    } catch (IOException e) {
      // The stream has ended; whoever reads it tells.
      return;
    }
  }

  private int talk(ChannelSocket socket) throws IOException {
    if (stdin) {
      Thread.ofPlatform().daemon().name("gantry-input").start(() -> input(socket));
    }
    var status = new ByteArrayOutputStream();
    for (var piece = socket.next(); piece != null; piece = socket.next()) {
      switch (piece.channel()) {
        case ChannelSocket.STDOUT -> print(console.out(), piece.bytes());
        case ChannelSocket.STDERR -> print(console.err(), piece.bytes());
        case ChannelSocket.ERROR -> status.writeBytes(piece.bytes());
        default -> {
          // Nothing else is sent to clients.
        }
      }
    }
    return code(status.toString(UTF_8));
  }

  private static void print(PrintStream to, byte[] bytes) {
    to.writeBytes(bytes);
    to.flush();
  }

  private void input(ChannelSocket socket) {
    var buffer = new byte[BUFFER];
    try {
      for (int got = console.in().read(buffer); got >= 0; got = console.in().read(buffer)) {
        socket.send(ChannelSocket.STDIN, buffer, got);
      }
      socket.end(ChannelSocket.STDIN);
    } catch (IOException e) {
      // The stream has ended; whoever reads it tells.
      return;
    }
  }

  /** Reads the Status object of Kubernetes that comes last. */
  static int code(String status) {
    if (status.isBlank()) {
      throw CliException.failed("the stream ended without a word: see whether gantryd runs");
    }
    JsonObject parsed = JsonParser.parseString(status).getAsJsonObject();
    if (parsed.get("status").getAsString().equals("Success")) {
      return 0;
    }
    if (parsed.has("reason") && parsed.get("reason").getAsString().equals("NonZeroExitCode")) {
      for (var cause : parsed.getAsJsonObject("details").getAsJsonArray("causes")) {
        var each = cause.getAsJsonObject();
        if (each.has("reason") && each.get("reason").getAsString().equals("ExitCode")) {
          return each.get("message").getAsInt();
        }
      }
    }
    throw CliException.failed(parsed.get("message").getAsString());
  }
}
