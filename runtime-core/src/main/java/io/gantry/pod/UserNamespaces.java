package io.gantry.pod;

import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.Pipe;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import io.gantry.shim.ShimLauncher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the namespaces of pods whose users are mapped. A process of several threads can neither
 * make a user namespace nor enter one, so a helper does, for as long as it takes to map the ids and
 * open what it is in. Safe for use by many threads, platform ones.
 */
public final class UserNamespaces {

  /** All of them belong to the user namespace: its root may do with them what root may. */
  private static final List<Namespace> KINDS =
      List.of(Namespace.USER, Namespace.NET, Namespace.IPC, Namespace.UTS);

  private final ShimLauncher launcher;
  private final Syscalls calls;
  private volatile String obstacle = "";

  public UserNamespaces(ShimLauncher launcher, Syscalls calls) {
    this.launcher = launcher;
    this.calls = calls;
  }

  /**
   * Says that this machine cannot run pods so.
   *
   * @param reason for people
   */
  public void refuse(String reason) {
    obstacle = reason;
  }

  /** Why there are none on this machine; empty when there are. */
  public String obstacle() {
    return obstacle;
  }

  /**
   * New user, net, ipc and uts namespaces.
   *
   * @param id shown in the process list
   * @return open descriptors, which belong to the caller
   * @throws UnsupportedException when the machine was found to have none
   */
  public Map<Namespace, Fd> make(String id, UserMapping mapping) throws IOException {
    if (!obstacle.isEmpty()) {
      throw new UnsupportedException(
          new Subject("pod", id),
          "user namespaces: this machine has none for pods: " + obstacle,
          "run the pod with hostUsers: true, or on another node");
    }
    try (Pipe life = calls.pipe();
        Pipe answer = calls.pipe()) {
      int pid = launcher.users(id, life.reader(), answer.writer());
      try {
        answer.writer().close();
        requireMade(answer.reader());
        map(pid, "uid_map", mapping.uids());
        map(pid, "gid_map", mapping.gids());
        return open(pid);
      } finally {
        life.writer().close();
        var _ = calls.waitpid(pid);
      }
    }
  }

  private void requireMade(Fd answer) throws IOException {
    ByteBuffer errno = ByteBuffer.allocateDirect(1);
    if (calls.read(answer, errno) != 1) {
      throw new IOException("user namespace: its maker ended without a word");
    }
    if (errno.get(0) != 0) {
      throw new SyscallException(
          "unshare",
          new Errno(errno.get(0) & 0xff),
          "user namespace",
          "see /proc/sys/user/max_user_namespaces");
    }
  }

  private static void map(int pid, String file, IdRange range) throws IOException {
    Path map = Path.of("/proc/" + pid + "/" + file);
    try {
      Files.writeString(map, range.line());
    } catch (IOException e) {
      throw new IOException("mapping \"" + range.line().strip() + "\" as " + file + ": " + e, e);
    }
  }

  private Map<Namespace, Fd> open(int pid) throws SyscallException {
    Map<Namespace, Fd> made = new EnumMap<>(Namespace.class);
    try {
      for (Namespace kind : KINDS) {
        Path file = Path.of("/proc/" + pid + "/ns/" + kind.file());
        made.put(kind, calls.open(file, FileFlags.O_RDONLY, 0));
      }
      return made;
    } catch (SyscallException e) {
      made.values().forEach(Fd::close);
      throw e;
    }
  }
}
