package io.gantry.linux;

/**
 * The machine's kernel. Its methods live in one interface for each call group; there is no state,
 * so every thread may use it.
 */
final class JnaSyscalls
    implements JnaFiles, JnaMounts, JnaProcesses, JnaSockets, NamespaceCalls, Syscalls {

  private static final int CAPABILITY_VERSION = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
  private static final int CAPABILITY_NUMBERS = 6;

  @Override
  public void unshare(int flags) throws SyscallException {
    NativeCall.check("unshare", "0x" + Integer.toHexString(flags), () -> CLibrary.unshare(flags));
  }

  @Override
  public void setns(Fd namespace, int type) throws SyscallException {
    NativeCall.check("setns", namespace, () -> CLibrary.setns(namespace.number(), type));
  }

  @Override
  public void setFileIds(int uid, int gid) throws SyscallException {
    // Neither says whether it worked: another call does, with ids that are none.
    CLibrary.setfsgid(gid);
    CLibrary.setfsuid(uid);
    if (CLibrary.setfsgid(-1) != gid || CLibrary.setfsuid(-1) != uid) {
      throw new SyscallException("setfsuid", Errno.EPERM, uid + ":" + gid);
    }
    int[] header = {CAPABILITY_VERSION, 0};
    int[] sets = new int[CAPABILITY_NUMBERS];
    NativeCall.check("capget", "", () -> CLibrary.capget(header, sets));
    // Effective, permitted, inheritable; then the same of the higher capabilities.
    sets[0] = sets[1];
    sets[3] = sets[4];
    NativeCall.check("capset", "", () -> CLibrary.capset(header, sets));
  }

  @Override
  public void sethostname(String name) throws SyscallException {
    byte[] bytes = KernelText.bytes(name);
    NativeCall.check("sethostname", name, () -> CLibrary.sethostname(bytes, bytes.length));
  }

  @Override
  public void pivotRoot(String newRoot, String putOld) throws SyscallException {
    byte[] to = KernelText.terminated(newRoot);
    byte[] old = KernelText.terminated(putOld);
    NativeCall.check(
        "pivot_root", newRoot, () -> CLibrary.syscall(SyscallNumber.PIVOT_ROOT, to, old));
  }

  @Override
  public void chdir(String path) throws SyscallException {
    byte[] bytes = KernelText.terminated(path);
    NativeCall.check("chdir", path, () -> CLibrary.chdir(bytes));
  }
}
