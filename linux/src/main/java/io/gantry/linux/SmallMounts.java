package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mount namespace of few mounts: the root file system, proc, sys, dev and what the caller needs.
 * A container's own mount namespace starts as a copy of its starter's, so that a thousand mounts of
 * the host would cost it milliseconds; and what is mounted here is not seen by the host.
 *
 * <p>Two are useful: a {@linkplain #kept kept} one that outlives the daemon and holds the
 * {@linkplain #pin pins} of pods, and a {@linkplain #create nameless} one to spawn from, which the
 * pins do not make slow. Safe for use by several threads.
 */
public final class SmallMounts implements AutoCloseable {

  private static final long NSFS_MAGIC = 0x6e736673;
  private static final Path PROC_MOUNTS = Path.of("/proc/thread-self/mountinfo");

  private final Fd namespace;
  private final Fd root;
  private final Keeping keeping;

  private SmallMounts(Fd namespace, Fd root, Keeping keeping) {
    this.namespace = namespace;
    this.root = root;
    this.keeping = keeping;
  }

  /** Sees to it that something keeps the namespace of the calling thread alive. */
  private interface Keeping extends AutoCloseable {

    void ensure() throws IOException;

    @Override
    void close();
  }

  /** It ends with its last descriptor and its last process, as its owner wants it. */
  private record ByNothing() implements Keeping {

    @Override
    public void ensure() {}

    @Override
    public void close() {}
  }

  private record ByProcess(MountNamespaceKeeper keeper, KeeperProgram program) implements Keeping {

    @Override
    public void ensure() throws IOException {
      keeper.require(program);
    }

    @Override
    public void close() {
      keeper.close();
    }
  }

  /**
   * Makes a namespace that lives as long as this object or a process in it.
   *
   * @param keep paths that must lead to the same files as on the host
   */
  public static SmallMounts create(List<Path> keep) throws IOException {
    return create(keep, new ByNothing());
  }

  private static SmallMounts create(List<Path> keep, Keeping keeping) throws IOException {
    return NamespaceThread.call(
        "small-mounts",
        thread -> {
          thread.unshare(Namespace.MNT);
          new MountShrinking(Linux.syscalls(), thread).run(keep);
          return ofThread(thread, keeping);
        });
  }

  /**
   * Enters the namespace that a process keeps, or makes one that a process keeps from the first
   * {@link #call} on: a daemon that ends before it had anything to keep leaves no process. The
   * daemon that comes back to it may be in any mount namespace, not only in its predecessor's.
   *
   * @param directory made if missing; holds the record of the process as {@code keeper}
   * @param keep paths that must lead to the same files as on the host
   */
  public static SmallMounts kept(Path directory, List<Path> keep, KeeperProgram program)
      throws IOException {
    Files.createDirectories(directory);
    MountNamespaceKeeper keeper = new MountNamespaceKeeper(Linux.syscalls(), directory);
    Keeping keeping = new ByProcess(keeper, program);
    try {
      Optional<Fd> existing = keeper.namespace();
      if (existing.isPresent()) {
        return entered(existing.get(), keeping);
      }
      List<Path> all = new ArrayList<>(keep);
      all.add(directory);
      return create(all, keeping);
    } catch (IOException | RuntimeException failure) {
      keeper.close();
      throw failure;
    }
  }

  /** Ends the process that keeps a namespace, and removes the directory; gone before is fine. */
  public static void release(Path directory) throws IOException {
    new MountNamespaceKeeper(Linux.syscalls(), directory).end();
    Files.deleteIfExists(directory);
  }

  private static SmallMounts entered(Fd namespace, Keeping keeping) throws IOException {
    try {
      return NamespaceThread.call(
          "small-mounts",
          thread -> {
            thread.enter(namespace, Namespace.MNT);
            return ofThread(thread, keeping);
          });
    } finally {
      namespace.close();
    }
  }

  private static SmallMounts ofThread(NamespaceView thread, Keeping keeping)
      throws SyscallException {
    Fd namespace = thread.current(Namespace.MNT);
    try {
      int flags = FileFlags.O_PATH | FileFlags.O_DIRECTORY;
      Fd root = Linux.syscalls().open(Path.of("/"), flags, 0);
      return new SmallMounts(namespace, root, keeping);
    } catch (SyscallException failure) {
      namespace.close();
      throw failure;
    }
  }

  /** Runs work on a {@link NamespaceThread} that is in this namespace. */
  public <T extends @Nullable Object> T call(String name, NamespaceWork<T> work)
      throws IOException {
    return NamespaceThread.call(
        name,
        thread -> {
          thread.enter(namespace, Namespace.MNT);
          keeping.ensure();
          return work.run(thread);
        });
  }

  /**
   * Keeps the calling thread's namespace of that kind alive under a file, until {@link #unpin}.
   * Only for work inside {@link #call}.
   *
   * @param file must not exist, its directory must
   */
  public static void pin(NamespaceView thread, Namespace kind, Path file) throws IOException {
    pin(thread.currentPath(kind), file);
  }

  /** The same for any namespace that is open, such as a user namespace, which no thread enters. */
  public static void pin(Fd namespace, Path file) throws IOException {
    pin(namespace.path(), file);
  }

  private static void pin(Path source, Path file) throws IOException {
    Files.createFile(file);
    try {
      Linux.syscalls().mount(source.toString(), file.toString(), null, MountFlags.MS_BIND, null);
    } catch (SyscallException failure) {
      Files.delete(file);
      throw failure;
    }
  }

  /**
   * Opens a pinned namespace from any thread: the path is walked from this namespace's root, which
   * sees the mounts here.
   *
   * @throws SyscallException {@code ENOENT} when there is no such file or it pins nothing any more
   */
  public Fd openPin(Path file) throws SyscallException {
    Syscalls linux = Linux.syscalls();
    String relative = file.toString().substring(1);
    Fd pinned = linux.openat(root, relative, FileFlags.O_RDONLY, 0);
    try {
      if (linux.fstatfs(pinned).type() != NSFS_MAGIC) {
        throw new SyscallException("openat", Errno.ENOENT, file.toString(), "nothing is pinned");
      }
      return pinned;
    } catch (SyscallException failure) {
      pinned.close();
      throw failure;
    }
  }

  /**
   * Gives up a pin; a missing one is fine. Removing the file from the host takes the mount along in
   * every namespace that has one there (since Linux 3.18), without a thread or an umount(2).
   */
  public static void unpin(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /** The mounts of this namespace. */
  public List<MountEntry> mounts() throws IOException {
    return call("small-mounts", thread -> MountEntry.read(PROC_MOUNTS));
  }

  /** Lets go of the namespace; a process in it keeps it alive. */
  @Override
  public void close() {
    keeping.close();
    root.close();
    namespace.close();
  }
}
