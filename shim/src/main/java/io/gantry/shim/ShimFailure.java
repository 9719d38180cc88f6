package io.gantry.shim;

import io.gantry.linux.Errno;
import java.io.IOException;
import java.util.Set;

/** A step of a plan that failed. Its text reads {@code exec /bin/foo: ENOENT}. */
public final class ShimFailure extends IOException {

  private static final long serialVersionUID = 1L;
  private static final Set<Errno> NOT_FOUND = Set.of(Errno.ENOENT, Errno.ENOTDIR);
  private static final Set<Errno> NOT_EXECUTABLE =
      Set.of(Errno.EACCES, Errno.ENOEXEC, Errno.EISDIR);

  /** Steps whose object is a path in the container. */
  private static final Set<String> INSIDE =
      Set.of("attach", "mkdir", "symlink", "mknod", "mask", "read_only", "chdir");

  /** What the way to a path ends with when something stands in it. */
  private static final Set<Errno> IN_THE_WAY =
      Set.of(
          Errno.ENOENT,
          Errno.ENOTDIR,
          Errno.EISDIR,
          Errno.EEXIST,
          Errno.ELOOP,
          Errno.EROFS,
          Errno.ENAMETOOLONG);

  private final StepFailure failure;

  public ShimFailure(StepFailure failure) {
    super(failure.toString());
    this.failure = failure;
  }

  public StepFailure failure() {
    return failure;
  }

  /** The name of the step, such as {@code mount}. */
  public String step() {
    return failure.step();
  }

  /** What the step was about: a path, a name, a number. */
  public String subject() {
    return failure.subject();
  }

  public Errno errno() {
    return failure.errno();
  }

  /** Whether what is at a path in the container, or on the way there, is at fault. */
  public boolean blamesThePath() {
    return INSIDE.contains(failure.step()) && IN_THE_WAY.contains(failure.errno());
  }

  /** The shell's codes: 127 no such command, 126 it cannot be executed, 128 any other step. */
  public int exitCode() {
    if (!failure.step().equals("exec")) {
      return 128;
    }
    if (NOT_FOUND.contains(failure.errno())) {
      return 127;
    }
    return NOT_EXECUTABLE.contains(failure.errno()) ? 126 : 128;
  }
}
