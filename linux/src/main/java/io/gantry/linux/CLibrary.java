package io.gantry.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The C library, directly mapped. Structures go in and out as arrays, which JNA copies, so nothing
 * here has to be freed. No method declares {@code LastErrorException}: JNA would throw it on
 * success when errno was dirty. {@link NativeCall} reads errno.
 *
 * <p>Needs glibc 2.34 or newer ({@code posix_spawn_file_actions_addclosefrom_np}). Calls without a
 * wrapper there go through {@code syscall}; it is variadic in C, which makes no difference for
 * integer arguments on x86-64 and aarch64.
 */
final class CLibrary {

  static {
    Native.register(CLibrary.class, NativeLibrary.getInstance("libc.so.6"));
  }

  private CLibrary() {}

  // files

  static native int openat(int dir, byte[] path, int flags, int mode);

  static native int close(int fd);

  static native long read(int fd, ByteBuffer buffer, long length);

  static native long read(int fd, byte[] buffer, long length);

  static native long write(int fd, ByteBuffer buffer, long length);

  static native long write(int fd, byte[] buffer, long length);

  static native int pipe2(int[] ends, int flags);

  static native int mkdirat(int dir, byte[] path, int mode);

  static native int mknodat(int dir, byte[] path, int mode, long device);

  static native int symlinkat(byte[] target, int dir, byte[] path);

  static native long readlinkat(int dir, byte[] path, byte[] buffer, long length);

  static native int linkat(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags);

  static native int unlinkat(int dir, byte[] path, int flags);

  static native int renameat2(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags);

  static native int statx(int dir, byte[] path, int flags, int mask, byte[] status);

  static native int fchownat(int dir, byte[] path, int uid, int gid, int flags);

  static native int chmod(byte[] path, int mode);

  static native int utimensat(int dir, byte[] path, long[] times, int flags);

  static native int lsetxattr(byte[] path, byte[] name, byte[] value, long size, int flags);

  static native long lgetxattr(byte[] path, byte[] name, byte[] value, long size);

  static native long llistxattr(byte[] path, byte[] list, long size);

  static native long getdents64(int fd, byte[] buffer, long size);

  static native int ftruncate(int fd, long length);

  static native int flock(int fd, int operation);

  static native int fsync(int fd);

  static native int syncfs(int fd);

  static native int sync_file_range(int fd, long offset, long length, int flags);

  static native int memfd_create(byte[] name, int flags);

  static native int fstatfs(int fd, byte[] status);

  // mounts and namespaces

  static native int mount(
      byte[] source, byte[] target, byte @Nullable [] type, long flags, byte @Nullable [] data);

  static native int umount2(byte[] target, int flags);

  static native int chdir(byte[] path);

  static native int fchdir(int fd);

  static native int unshare(int flags);

  static native int setns(int fd, int type);

  static native int sethostname(byte[] name, long length);

  static native int setfsuid(int uid);

  static native int setfsgid(int gid);

  static native int capget(int[] header, int[] data);

  static native int capset(int[] header, int[] data);

  // memory

  static native int madvise(long address, long length, int advice);

  // processes

  static native int posix_spawnattr_init(Pointer attributes);

  static native int posix_spawnattr_destroy(Pointer attributes);

  static native int posix_spawnattr_setflags(Pointer attributes, short flags);

  static native int posix_spawnattr_setsigmask(Pointer attributes, byte[] signals);

  static native int posix_spawnattr_setsigdefault(Pointer attributes, byte[] signals);

  static native int posix_spawn_file_actions_init(Pointer actions);

  static native int posix_spawn_file_actions_destroy(Pointer actions);

  static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

  static native int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

  static native int posix_spawn(
      int[] pid,
      byte[] path,
      Pointer actions,
      Pointer attributes,
      Pointer arguments,
      Pointer environment);

  static native int kill(int pid, int signal);

  static native int waitpid(int pid, int[] status, int options);

  static native int poll(byte[] descriptors, long count, int timeoutMillis);

  static native int getpid();

  static native int gettid();

  // events

  static native int epoll_create1(int flags);

  static native int epoll_ctl(int epoll, int operation, int fd, byte[] event);

  static native int epoll_wait(int epoll, byte[] events, int maximum, int timeoutMillis);

  static native int eventfd(int initial, int flags);

  // sockets

  static native int socket(int domain, int type, int protocol);

  static native int bind(int socket, byte[] address, int length);

  static native int listen(int socket, int backlog);

  static native long send(int socket, ByteBuffer message, long length, int flags);

  static native long send(int socket, byte[] message, long length, int flags);

  static native long recv(int socket, ByteBuffer message, long length, int flags);

  static native long recv(int socket, byte[] message, long length, int flags);

  static native int setsockopt(int socket, int level, int option, byte[] value, int length);

  // without a wrapper in every glibc we run on

  static native long syscall(long number, long a, long b, long c, long d);

  static native long syscall(long number, byte[] a, long b);

  static native long syscall(long number, byte[] a, byte[] b);

  static native long syscall(long number, long a, byte[] b, long c, byte[] d, long e);

  static native long syscall(long number, long a, byte[] b, long c, long d);

  static native long syscall(
      long number, long a, long b, byte @Nullable [] c, byte @Nullable [] d, long e);

  static native long syscall(long number, long a, byte[] b, long c, long[] d, long e);

  static native long syscall(long number, long a, byte[] b, long[] c, long d);
}
