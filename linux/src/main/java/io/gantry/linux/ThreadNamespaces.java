package io.gantry.linux;

import java.nio.file.Path;

/** What the work on a {@link NamespaceThread} sees of its own thread. */
final class ThreadNamespaces implements NamespaceView {

  private static final int CLONE_FS = 0x200;

  private final NamespaceCalls calls;
  private boolean ownDirectory;

  ThreadNamespaces(NamespaceCalls calls) {
    this.calls = calls;
  }

  @Override
  public void unshare(Namespace... kinds) throws SyscallException {
    int flags = 0;
    for (Namespace kind : kinds) {
      flags |= kind.flag();
      ownDirectory |= kind == Namespace.MNT;
    }
    calls.unshare(flags);
  }

  @Override
  public void enter(Fd namespace, Namespace kind) throws SyscallException {
    if (kind == Namespace.MNT) {
      unshareDirectory();
    }
    calls.setns(namespace, kind.flag());
  }

  /** The kernel refuses a mount namespace to a thread that shares its root and directory. */
  private void unshareDirectory() throws SyscallException {
    if (!ownDirectory) {
      calls.unshare(CLONE_FS);
      ownDirectory = true;
    }
  }

  @Override
  public Fd current(Namespace kind) throws SyscallException {
    return Linux.syscalls().open(currentPath(kind), FileFlags.O_RDONLY, 0);
  }

  @Override
  public Path currentPath(Namespace kind) {
    return Path.of("/proc/thread-self/ns/" + kind.file());
  }

  @Override
  public void hostname(String name) throws SyscallException {
    calls.sethostname(name);
  }

  @Override
  public void filesOf(int uid, int gid) throws SyscallException {
    calls.setFileIds(uid, gid);
  }

  @Override
  public void changeDirectory(Path directory) throws SyscallException {
    unshareDirectory();
    calls.chdir(directory.toString());
  }

  @Override
  public void pivotRoot(Path newRoot, Path putOld) throws SyscallException {
    unshareDirectory();
    calls.pivotRoot(newRoot.toString(), putOld.toString());
  }
}
