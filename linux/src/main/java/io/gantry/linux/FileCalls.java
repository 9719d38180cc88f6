package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Files relative to directory descriptors. Every call throws {@link SyscallException} on failure.
 */
public interface FileCalls {

  /** open(2); {@code O_CLOEXEC} is added. Flags and mode as in {@link FileFlags}. */
  Fd open(Path path, int flags, int mode) throws SyscallException;

  /** openat(2); {@code O_CLOEXEC} is added. Follows symlinks out of the directory. */
  Fd openat(Fd dir, String path, int flags, int mode) throws SyscallException;

  /** openat2(2); {@code O_CLOEXEC} is added. */
  Fd openat2(Fd dir, String path, OpenHow how) throws SyscallException;

  /** read(2) into the buffer's free space; the number of bytes, 0 at the end. */
  int read(Fd fd, ByteBuffer buffer) throws SyscallException;

  /** write(2) of the buffer's rest; the number of bytes taken. */
  int write(Fd fd, ByteBuffer buffer) throws SyscallException;

  /** mkdirat(2). */
  void mkdirat(Fd dir, String name, int mode) throws SyscallException;

  /** mknodat(2); {@code mode} carries the file type. */
  void mknodat(Fd dir, String name, int mode, Device device) throws SyscallException;

  /** symlinkat(2). */
  void symlinkat(String target, Fd dir, String name) throws SyscallException;

  /** readlinkat(2). */
  String readlinkat(Fd dir, String name) throws SyscallException;

  /**
   * linkat(2); with an empty {@code oldName} the descriptor itself is linked ({@code
   * AT_EMPTY_PATH}).
   */
  void linkat(Fd oldDir, String oldName, Fd newDir, String newName) throws SyscallException;

  /** unlinkat(2); {@link FileFlags#AT_REMOVEDIR} removes a directory. */
  void unlinkat(Fd dir, String name, int flags) throws SyscallException;

  /** renameat2(2); flags 0 or {@link FileFlags#RENAME_NOREPLACE}. */
  void renameat2(Fd oldDir, String oldName, Fd newDir, String newName, int flags)
      throws SyscallException;

  /** statx(2) without following a last symlink; an empty name means the descriptor itself. */
  FileStatus statx(Fd dir, String name) throws SyscallException;

  /** fchownat(2) without following a last symlink; an empty name means the descriptor itself. */
  void fchownat(Fd dir, String name, int uid, int gid) throws SyscallException;

  /** fchmodat(2); the name must not be a symlink. */
  void fchmodat(Fd dir, String name, int mode) throws SyscallException;

  /** utimensat(2) without following a last symlink. */
  void utimensat(Fd dir, String name, Instant accessed, Instant modified) throws SyscallException;

  /** lsetxattr(2) on one entry of the directory. */
  void setxattr(Fd dir, String name, String attribute, byte[] value) throws SyscallException;

  /** lgetxattr(2) on one entry of the directory. */
  byte[] getxattr(Fd dir, String name, String attribute) throws SyscallException;

  /** llistxattr(2) on one entry of the directory. */
  List<String> listxattr(Fd dir, String name) throws SyscallException;

  /** The names in a directory without {@code .} and {@code ..}, in no order. */
  List<String> names(Fd dir) throws SyscallException;

  /**
   * Some more names of a directory without {@code .} and {@code ..}, as many as fit into one buffer
   * of getdents64(2); empty at the end. For directories whose size somebody else decides.
   *
   * @param listing open for reading; its position moves on
   */
  List<String> nextNames(Fd listing) throws SyscallException;

  /** ftruncate(2). */
  void ftruncate(Fd fd, long length) throws SyscallException;

  /**
   * flock(2) for oneself alone; waits, so not on a thread that others need. Ends with the
   * descriptor's last copy.
   */
  void lockExclusively(Fd fd) throws SyscallException;

  /** fsync(2). */
  void fsync(Fd fd) throws SyscallException;

  /** syncfs(2): everything of the file system that holds the descriptor. */
  void syncfs(Fd fd) throws SyscallException;

  /**
   * sync_file_range(2) with {@link FileFlags#SYNC_FILE_RANGE_WRITE}: the disk begins to take what
   * was written in that range, which a later sync need not wait for. Makes nothing safe by itself.
   */
  void startWriting(Fd fd, long offset, long length) throws SyscallException;

  /** pipe2(2) with {@code O_CLOEXEC}. */
  Pipe pipe() throws SyscallException;

  /** memfd_create(2) with {@code MFD_CLOEXEC}, sealable. */
  Fd memfdCreate(String name) throws SyscallException;

  /** statfs(2) of the file system that holds the descriptor. */
  FileSystemStatus fstatfs(Fd fd) throws SyscallException;
}
