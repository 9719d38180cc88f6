package io.gantry.linux;

import java.nio.file.Path;

/** What a piece of work may do to the namespaces of the throw-away thread it runs on. */
public interface NamespaceView {

  /** Puts the thread into new namespaces of these kinds (unshare(2)). */
  void unshare(Namespace... kinds) throws SyscallException;

  /** Moves the thread into an existing namespace (setns(2)). */
  void enter(Fd namespace, Namespace kind) throws SyscallException;

  /** Opens the thread's current namespace of that kind; the descriptor is valid in every thread. */
  Fd current(Namespace kind) throws SyscallException;

  /** The file in proc of the thread's current namespace, for use by the thread itself. */
  Path currentPath(Namespace kind);

  /** sethostname(2): only after a new or entered uts namespace. */
  void hostname(String name) throws SyscallException;

  /**
   * Makes this thread's files those of another user and group (setfsuid(2)), with all capabilities
   * that it had.
   */
  void filesOf(int uid, int gid) throws SyscallException;

  /** chdir(2) of this thread alone. */
  void changeDirectory(Path directory) throws SyscallException;

  /** pivot_root(2): only after a new or entered mount namespace. */
  void pivotRoot(Path newRoot, Path putOld) throws SyscallException;
}
