package io.gantry.cli.session;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The world around a command: its streams and the time of day.
 *
 * @param live whether somebody looks at {@code err} while it is written
 */
public record Console(
    InputStream in, PrintStream out, PrintStream err, InstantSource clock, boolean live) {
  private static final int BUFFER = 64 * 1024;
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  /** One that nobody looks at. */
  public Console(InputStream in, PrintStream out, PrintStream err, InstantSource clock) {
    this(in, out, err, clock, false);
  }

  /** The streams of this process. Output is buffered: whoever writes to be seen at once flushes. */
  public static Console system() {
    return new Console(
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        InstantSource.system(),
        isTerminal(STANDARD_ERROR));
  }

  /** Names of terminals as the kernel gives them: pts(4), tty(4), console(4). */
  private static boolean isTerminal(Path descriptor) {
    try {
      var device = Files.readSymbolicLink(descriptor);
      return device.startsWith("/dev/pts")
          || (device.startsWith("/dev")
              && device.getFileName().toString().matches("tty.*|console"));
    } catch (IOException e) {
      return false;
    }
  }

  private static PrintStream stream(FileDescriptor fd) {
    var buffered = new BufferedOutputStream(new FileOutputStream(fd), BUFFER);
    return new PrintStream(buffered, false, StandardCharsets.UTF_8);
  }

  /** Prints one line of complaint, in the form {@code gantry: message}. */
  public void complain(String message) {
    out.flush();
    err.println("gantry: " + message);
    err.flush();
  }

  /** Pushes everything out. Returns false once nobody reads standard output any more. */
  public boolean flush() {
    err.flush();
    return !out.checkError();
  }
}
