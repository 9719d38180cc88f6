package io.gantry.linux;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs one native call: errno is read at once, {@code EINTR} is retried here and nowhere else.
 *
 * <p>JNA keeps errno for each kernel thread. A virtual thread stays on its carrier between the call
 * and {@link Native#getLastError} because nothing in between can block.
 */
final class NativeCall {

  /** One attempt at the call; -1 means failure with errno set. */
  @FunctionalInterface
  interface Attempt {
    long run();
  }

  private NativeCall() {}

  /** Retries while interrupted; the result, or the negative errno. */
  static long attempt(Attempt call) {
    while (true) {
      long result = call.run();
      if (result != -1) {
        return result;
      }
      int errno = Native.getLastError();
      if (errno != Errno.EINTR.number()) {
        return -errno;
      }
    }
  }

  static long check(String name, String subject, Attempt call) throws SyscallException {
    long result = attempt(call);
    if (result < 0) {
      throw new SyscallException(name, errno(result), subject);
    }
    return result;
  }

  static long check(String name, Fd subject, Attempt call) throws SyscallException {
    return check(name, subject, "", call);
  }

  static long check(String name, Fd dir, String path, Attempt call) throws SyscallException {
    long result = attempt(call);
    if (result < 0) {
      throw new SyscallException(name, errno(result), subject(dir, path));
    }
    return result;
  }

  static Errno errno(long result) {
    return new Errno((int) -result);
  }

  static Fd descriptor(long number) {
    return Fd.owning((int) number, NativeCall::close);
  }

  /** What a person would call the object: its path if the kernel still knows one. */
  static String subject(Fd dir, String path) {
    if (path.startsWith("/") || dir.equals(Fd.CWD)) {
      return path;
    }
    return path.isEmpty() ? nameOf(dir) : nameOf(dir) + "/" + path;
  }

  private static String nameOf(Fd fd) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number())).toString();
    } catch (IOException | UnsupportedOperationException noProc) {
      // The descriptor's number is all there is to say when proc is not mounted here.
      return fd.toString();
    }
  }

  private static void close(int number) {
    // EINTR and EIO still close on Linux (close(2)); EBADF would be a second owner.
    if (CLibrary.close(number) == -1 && Native.getLastError() == Errno.EBADF.number()) {
      throw new IllegalStateException("descriptor " + number + " was closed by someone else");
    }
  }
}
