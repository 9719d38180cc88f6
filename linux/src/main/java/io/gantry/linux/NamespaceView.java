package io.gantry.linux;

/** What a piece of work may do to the namespaces of the throw-away thread it runs on. */
public interface NamespaceView {

  /** Puts the thread into new namespaces of these kinds (unshare(2)). */
  void unshare(Namespace... kinds) throws SyscallException;

  /** Moves the thread into an existing namespace (setns(2)). */
  void enter(Fd namespace, Namespace kind) throws SyscallException;

  /** Opens the thread's current namespace of that kind; the descriptor is valid in every thread. */
  Fd current(Namespace kind) throws SyscallException;

  /** sethostname(2): only after a new or entered uts namespace. */
  void hostname(String name) throws SyscallException;
}
