package io.gantry.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A kernel for tests without root: files and unix sockets are the machine's, in a directory of the
 * test; mounts and processes are pretended. A pretended mount is a descriptor of a real directory
 * (an overlay's upper one, a bind mount's source), so that work inside it can be looked at.
 */
public final class FakeSyscalls implements JnaFiles, JnaSockets, Syscalls {

  private final FakeMounts mounts;
  private final FakeProcesses processes = new FakeProcesses();

  /**
   * Pretends in a directory.
   *
   * @param scratch where file systems without directories of their own are pretended
   */
  public FakeSyscalls(Path scratch) {
    this.mounts = new FakeMounts(Linux.syscalls(), scratch);
  }

  /** What is attached where, as {@code type options} by target. */
  public Map<String, String> attachedMounts() {
    return mounts.attached();
  }

  /** How many mount descriptors are open and attached nowhere. */
  public int detachedMounts() {
    return mounts.detached();
  }

  /** All spawns so far. */
  public List<SpawnRequest> spawned() {
    return processes.spawned();
  }

  /**
   * Ends a pretended process.
   *
   * @param status as waitpid(2) encodes it: an exit code times 256, or a signal
   */
  public void end(int pid, int status) {
    processes.end(pid, status);
  }

  @Override
  public Fd fsopen(String type) throws SyscallException {
    return mounts.context(type);
  }

  @Override
  public void fsconfigString(Fd context, String key, String value) throws SyscallException {
    mounts.option(context, key, value);
  }

  @Override
  public void fsconfigFlag(Fd context, String key) throws SyscallException {
    mounts.option(context, key, "");
  }

  @Override
  public void fsconfigFd(Fd context, String key, Fd value) throws SyscallException {
    mounts.option(context, key, readlinkat(Fd.CWD, value.path().toString()));
  }

  @Override
  public void fsconfigCreate(Fd context) throws SyscallException {
    mounts.create(context);
  }

  @Override
  public Fd fsmount(Fd context, int attributes) throws SyscallException {
    return mounts.mount(context, attributes);
  }

  @Override
  public Fd openTree(Fd dir, String path, int flags) throws SyscallException {
    return mounts.tree(dir, path, flags);
  }

  @Override
  public void moveMount(Fd from, String fromPath, Fd to, String toPath) throws SyscallException {
    mounts.attach(from, NativeCall.subject(to, toPath));
  }

  @Override
  public void mountSetattr(Fd dir, String path, boolean recursive, MountAttributes attributes)
      throws SyscallException {
    statx(dir, path);
  }

  @Override
  public void mount(
      String source, String target, @Nullable String type, long flags, @Nullable String data)
      throws SyscallException {
    statx(Fd.CWD, target);
    mounts.attach(
        target, (type == null ? "bind " + source : type) + " " + (data == null ? "" : data));
  }

  @Override
  public void umount2(String target, int flags) throws SyscallException {
    mounts.detach(target);
  }

  @Override
  public int spawn(SpawnRequest request) throws SyscallException {
    statx(Fd.CWD, request.program().toString());
    return processes.start(request);
  }

  @Override
  public Fd pidfdOpen(int pid) throws SyscallException {
    return processes.pidfd(pid);
  }

  @Override
  public void pidfdSendSignal(Fd pidfd, int signal) throws SyscallException {
    processes.signal("pidfd_send_signal", processes.pidOf(pidfd), signal);
  }

  @Override
  public void kill(int pid, int signal) throws SyscallException {
    processes.signal("kill", pid, signal);
  }

  @Override
  public OptionalInt waitpid(int pid) throws SyscallException {
    return processes.reapWaiting(pid);
  }

  @Override
  public OptionalInt waitpidNow(int pid) throws SyscallException {
    return processes.reap(pid);
  }

  @Override
  public boolean pollIn(Fd fd, int timeoutMillis) throws SyscallException {
    return processes.pollIn(fd, timeoutMillis);
  }

  @Override
  public int getpid() {
    return (int) ProcessHandle.current().pid();
  }
}
