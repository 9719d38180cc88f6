package io.gantry.cli.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.cli.session.CliException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/**
 * The terminal at standard input while its keys go elsewhere untouched. The JDK knows no terminals,
 * so {@code stty} sets it, and sets it back when this is closed or the process ends.
 */
final class OwnTerminal implements AutoCloseable {
  private final String before;
  private final Thread atExit = new Thread(this::restore, "gantry-terminal");

  private OwnTerminal(String before) {
    this.before = before;
  }

  /** Lines and columns. */
  record Size(int rows, int columns) {}

  /** Switches to raw mode. */
  static OwnTerminal raw() {
    var terminal = new OwnTerminal(stty("-g"));
    Runtime.getRuntime().addShutdownHook(terminal.atExit);
    stty("raw", "-echo");
    return terminal;
  }

  Size size() {
    var text = stty("size");
    int space = text.indexOf(' ');
    return new Size(
        Integer.parseInt(text.substring(0, space)), Integer.parseInt(text.substring(space + 1)));
  }

  /** Calls the action whenever the window has got another size (SIGWINCH). */
  void onResize(Runnable action) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      var proxy =
          Proxy.newProxyInstance(
              OwnTerminal.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                action.run();
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("WINCH"), proxy);
    } catch (ReflectiveOperationException e) {
      // Without the JDK's own class the first size stays, and everything else works.
      System.getLogger("gantry").log(System.Logger.Level.DEBUG, "no SIGWINCH", e);
    }
  }

  private static String stty(String... words) {
    var command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(words));
    try {
      var process =
          new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT).start();
      var said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      var complaint = new String(process.getErrorStream().readAllBytes(), UTF_8).strip();
      if (process.waitFor() != 0) {
        throw CliException.failed(
            "-t needs a terminal at standard input: " + complaint + "; leave -t out for a pipe");
      }
      return said;
    } catch (IOException e) {
      throw CliException.failed("-t needs the program stty: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted while setting the terminal");
    }
  }

  private void restore() {
    stty(before);
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook does it once more: setting it twice is fine.
      return;
    }
  }
}
