package io.gantry.linux;

/**
 * The machine's kernel. Its methods live in one interface for each call group; there is no state,
 * so every thread may use it.
 */
final class JnaSyscalls
    implements JnaFiles, JnaMounts, JnaProcesses, JnaSockets, NamespaceCalls, Syscalls {

  @Override
  public void unshare(int flags) throws SyscallException {
    NativeCall.check("unshare", "0x" + Integer.toHexString(flags), () -> CLibrary.unshare(flags));
  }

  @Override
  public void setns(Fd namespace, int type) throws SyscallException {
    NativeCall.check("setns", namespace, () -> CLibrary.setns(namespace.number(), type));
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
