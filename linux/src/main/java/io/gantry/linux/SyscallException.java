package io.gantry.linux;

import java.io.IOException;

/** A system call that failed. Its text reads {@code umount2 /run/x: EBUSY}. */
public final class SyscallException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String call;
  private final Errno errno;
  private final String subject;

  public SyscallException(String call, Errno errno, String subject) {
    this(call, errno, subject, "");
  }

  /**
   * @param subject the object the call was about: a path, a name, a pid
   * @param detail what the kernel said beyond the errno (the log of a mount context), or empty
   */
  public SyscallException(String call, Errno errno, String subject, String detail) {
    super(text(call, errno, subject, detail));
    this.call = call;
    this.errno = errno;
    this.subject = subject;
  }

  private static String text(String call, Errno errno, String subject, String detail) {
    String head = subject.isEmpty() ? call : call + " " + subject;
    return detail.isEmpty() ? head + ": " + errno : head + ": " + errno + " (" + detail + ")";
  }

  /** The name of the call as in the manual. */
  public String call() {
    return call;
  }

  public Errno errno() {
    return errno;
  }

  public String subject() {
    return subject;
  }

  public boolean is(Errno other) {
    return errno.equals(other);
  }
}
