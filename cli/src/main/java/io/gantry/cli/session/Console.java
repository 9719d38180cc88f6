package io.gantry.cli.session;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** The world around a command: its streams and the time of day. */
public record Console(InputStream in, PrintStream out, PrintStream err, InstantSource clock) {
  private static final int BUFFER = 64 * 1024;

  /** The streams of this process. Output is buffered: whoever writes to be seen at once flushes. */
  public static Console system() {
    return new Console(
        System.in, stream(FileDescriptor.out), stream(FileDescriptor.err), InstantSource.system());
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
