package io.gantry.linux;

/**
 * Calls that change the calling thread's namespaces, root or directory. Only {@link
 * NamespaceThread} may use them: a thread that has changed is never given back to a pool.
 */
interface NamespaceCalls {

  /** unshare(2); {@code CLONE_*} as in {@link Namespace}. */
  void unshare(int flags) throws SyscallException;

  /** setns(2). */
  void setns(Fd namespace, int type) throws SyscallException;

  /** sethostname(2) in the thread's uts namespace. */
  void sethostname(String name) throws SyscallException;

  /** setfsgid(2) and setfsuid(2) of the thread, which keeps all of its capabilities (capset(2)). */
  void setFileIds(int uid, int gid) throws SyscallException;

  /** pivot_root(2). */
  void pivotRoot(String newRoot, String putOld) throws SyscallException;

  /** chdir(2); of the thread alone once it has unshared {@code CLONE_FS}. */
  void chdir(String path) throws SyscallException;
}
