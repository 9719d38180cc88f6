package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The file calls of the machine. */
interface JnaFiles extends FileCalls {

  int AT_SYMLINK_NOFOLLOW = 0x100;
  int AT_EMPTY_PATH = 0x1000;
  int MFD_CLOEXEC_ALLOW_SEALING = 3;
  int DIRECTORY_BUFFER = 32 * 1024;
  int LINK_BUFFER = 4096;

  @Override
  default Fd open(Path path, int flags, int mode) throws SyscallException {
    return openat(Fd.CWD, path.toString(), flags, mode);
  }

  @Override
  default Fd openat(Fd dir, String path, int flags, int mode) throws SyscallException {
    byte[] name = KernelText.terminated(path);
    int bits = OpenFlags.forThisMachine(flags);
    return NativeCall.descriptor(
        NativeCall.check(
            "openat", dir, path, () -> CLibrary.openat(dir.number(), name, bits, mode)));
  }

  @Override
  default Fd openat2(Fd dir, String path, OpenHow how) throws SyscallException {
    byte[] name = KernelText.terminated(path);
    long[] structure = {OpenFlags.forThisMachine(how.flags()), how.mode(), how.resolve()};
    return NativeCall.descriptor(
        NativeCall.check(
            "openat2",
            dir,
            path,
            () -> CLibrary.syscall(SyscallNumber.OPENAT2, dir.number(), name, structure, 24)));
  }

  @Override
  default int read(Fd fd, ByteBuffer buffer) throws SyscallException {
    return Transfer.into(
        buffer,
        direct ->
            NativeCall.check(
                "read", fd, () -> CLibrary.read(fd.number(), direct, direct.remaining())),
        array ->
            NativeCall.check("read", fd, () -> CLibrary.read(fd.number(), array, array.length)));
  }

  @Override
  default int write(Fd fd, ByteBuffer buffer) throws SyscallException {
    return Transfer.from(
        buffer,
        direct ->
            NativeCall.check(
                "write", fd, () -> CLibrary.write(fd.number(), direct, direct.remaining())),
        array ->
            NativeCall.check("write", fd, () -> CLibrary.write(fd.number(), array, array.length)));
  }

  @Override
  default void mkdirat(Fd dir, String name, int mode) throws SyscallException {
    byte[] path = KernelText.terminated(name);
    NativeCall.check("mkdirat", dir, name, () -> CLibrary.mkdirat(dir.number(), path, mode));
  }

  @Override
  default void mknodat(Fd dir, String name, int mode, Device device) throws SyscallException {
    byte[] path = KernelText.terminated(name);
    long number = device.number();
    NativeCall.check(
        "mknodat", dir, name, () -> CLibrary.mknodat(dir.number(), path, mode, number));
  }

  @Override
  default void symlinkat(String target, Fd dir, String name) throws SyscallException {
    byte[] content = KernelText.terminated(target);
    byte[] path = KernelText.terminated(name);
    NativeCall.check("symlinkat", dir, name, () -> CLibrary.symlinkat(content, dir.number(), path));
  }

  @Override
  default String readlinkat(Fd dir, String name) throws SyscallException {
    byte[] path = KernelText.terminated(name);
    byte[] target = new byte[LINK_BUFFER];
    long length =
        NativeCall.check(
            "readlinkat",
            dir,
            name,
            () -> CLibrary.readlinkat(dir.number(), path, target, target.length));
    return KernelText.text(target, 0, (int) length);
  }

  @Override
  default void linkat(Fd oldDir, String oldName, Fd newDir, String newName)
      throws SyscallException {
    byte[] from = KernelText.terminated(oldName);
    byte[] to = KernelText.terminated(newName);
    NativeCall.check(
        "linkat",
        newDir,
        newName,
        () ->
            CLibrary.linkat(oldDir.number(), from, newDir.number(), to, emptyPathFlag(oldName, 0)));
  }

  @Override
  default void unlinkat(Fd dir, String name, int flags) throws SyscallException {
    byte[] path = KernelText.terminated(name);
    NativeCall.check("unlinkat", dir, name, () -> CLibrary.unlinkat(dir.number(), path, flags));
  }

  @Override
  default void renameat2(Fd oldDir, String oldName, Fd newDir, String newName, int flags)
      throws SyscallException {
    byte[] from = KernelText.terminated(oldName);
    byte[] to = KernelText.terminated(newName);
    NativeCall.check(
        "renameat2",
        newDir,
        newName,
        () -> CLibrary.renameat2(oldDir.number(), from, newDir.number(), to, flags));
  }

  @Override
  default FileStatus statx(Fd dir, String name) throws SyscallException {
    byte[] path = KernelText.terminated(name);
    byte[] status = new byte[StatxLayout.SIZE];
    int flags = emptyPathFlag(name, AT_SYMLINK_NOFOLLOW);
    NativeCall.check(
        "statx",
        dir,
        name,
        () -> CLibrary.statx(dir.number(), path, flags, StatxLayout.MASK, status));
    return StatxLayout.read(status);
  }

  @Override
  default void fchownat(Fd dir, String name, int uid, int gid) throws SyscallException {
    byte[] path = KernelText.terminated(name);
    int flags = emptyPathFlag(name, AT_SYMLINK_NOFOLLOW);
    NativeCall.check(
        "fchownat", dir, name, () -> CLibrary.fchownat(dir.number(), path, uid, gid, flags));
  }

  @Override
  default void fchmodat(Fd dir, String name, int mode) throws SyscallException {
    byte[] path = KernelText.terminated(name);
    int flags = emptyPathFlag(name, AT_SYMLINK_NOFOLLOW);
    long result =
        NativeCall.attempt(() ->
            CLibrary.syscall(
                SyscallNumber.FCHMODAT2, (long) dir.number(), path, (long) mode, (long) flags));
    if (result == -Errno.ENOSYS.number()) {
      chmodThroughProc(dir, name, mode);
    } else if (result < 0) {
      throw new SyscallException(
          "fchmodat", NativeCall.errno(result), NativeCall.subject(dir, name));
    }
  }

  /**
   * Before Linux 6.6 fchmodat(2) follows symlinks: hold the entry first, then change what is held.
   */
  private void chmodThroughProc(Fd dir, String name, int mode) throws SyscallException {
    if (name.isEmpty()) {
      byte[] path = KernelText.terminated(dir.path().toString());
      NativeCall.check("fchmodat", dir, name, () -> CLibrary.chmod(path, mode));
      return;
    }
    try (Fd held = openat(dir, name, FileFlags.O_PATH | FileFlags.O_NOFOLLOW, 0)) {
      if (statx(held, "").isSymlink()) {
        throw new SyscallException("fchmodat", Errno.EOPNOTSUPP, NativeCall.subject(dir, name));
      }
      byte[] path = KernelText.terminated(held.path().toString());
      NativeCall.check("fchmodat", dir, name, () -> CLibrary.chmod(path, mode));
    }
  }

  @Override
  default void utimensat(Fd dir, String name, Instant accessed, Instant modified)
      throws SyscallException {
    byte[] path = KernelText.terminated(name);
    long[] times = {
      accessed.getEpochSecond(), accessed.getNano(), modified.getEpochSecond(), modified.getNano()
    };
    int flags = emptyPathFlag(name, AT_SYMLINK_NOFOLLOW);
    NativeCall.check(
        "utimensat", dir, name, () -> CLibrary.utimensat(dir.number(), path, times, flags));
  }

  @Override
  default void setxattr(Fd dir, String name, String attribute, byte[] value)
      throws SyscallException {
    byte[] path = entryPath(dir, name);
    byte[] key = KernelText.terminated(attribute);
    NativeCall.check(
        "lsetxattr " + attribute,
        dir,
        name,
        () -> CLibrary.lsetxattr(path, key, value, value.length, 0));
  }

  @Override
  default byte[] getxattr(Fd dir, String name, String attribute) throws SyscallException {
    byte[] path = entryPath(dir, name);
    byte[] key = KernelText.terminated(attribute);
    return Transfer.sized(buffer ->
        NativeCall.check(
            "lgetxattr " + attribute,
            dir,
            name,
            () -> CLibrary.lgetxattr(path, key, buffer, buffer.length)));
  }

  @Override
  default List<String> listxattr(Fd dir, String name) throws SyscallException {
    byte[] path = entryPath(dir, name);
    byte[] list =
        Transfer.sized(buffer ->
            NativeCall.check(
                "llistxattr", dir, name, () -> CLibrary.llistxattr(path, buffer, buffer.length)));
    List<String> attributes = new ArrayList<>();
    for (int start = 0; start < list.length; ) {
      String attribute = KernelText.textUntilNul(list, start);
      attributes.add(attribute);
      start += KernelText.bytes(attribute).length + 1;
    }
    return attributes;
  }

  @Override
  default List<String> names(Fd dir) throws SyscallException {
    List<String> names = new ArrayList<>();
    // A descriptor of its own: the given one may be O_PATH, and its position is the caller's.
    try (Fd listing = openat(dir, ".", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      List<String> more = nextNames(listing);
      while (!more.isEmpty()) {
        names.addAll(more);
        more = nextNames(listing);
      }
    }
    return names;
  }

  @Override
  default List<String> nextNames(Fd listing) throws SyscallException {
    byte[] buffer = new byte[DIRECTORY_BUFFER];
    List<String> names = new ArrayList<>();
    int length;
    do {
      length =
          (int)
              NativeCall.check(
                  "getdents64",
                  listing,
                  () -> CLibrary.getdents64(listing.number(), buffer, buffer.length));
      DirectoryEntries.addNames(buffer, length, names);
    } while (length > 0 && names.isEmpty());
    return names;
  }

  @Override
  default void ftruncate(Fd fd, long length) throws SyscallException {
    NativeCall.check("ftruncate", fd, () -> CLibrary.ftruncate(fd.number(), length));
  }

  @Override
  default void lockExclusively(Fd fd) throws SyscallException {
    NativeCall.check("flock", fd, () -> CLibrary.flock(fd.number(), FileFlags.LOCK_EX));
  }

  @Override
  default void fsync(Fd fd) throws SyscallException {
    NativeCall.check("fsync", fd, () -> CLibrary.fsync(fd.number()));
  }

  @Override
  default void syncfs(Fd fd) throws SyscallException {
    NativeCall.check("syncfs", fd, () -> CLibrary.syncfs(fd.number()));
  }

  @Override
  default void startWriting(Fd fd, long offset, long length) throws SyscallException {
    NativeCall.check(
        "sync_file_range",
        fd,
        () ->
            CLibrary.sync_file_range(fd.number(), offset, length, FileFlags.SYNC_FILE_RANGE_WRITE));
  }

  @Override
  default Pipe pipe() throws SyscallException {
    int[] ends = new int[2];
    int closeOnExec = OpenFlags.forThisMachine(0);
    NativeCall.check("pipe2", "", () -> CLibrary.pipe2(ends, closeOnExec));
    return new Pipe(NativeCall.descriptor(ends[0]), NativeCall.descriptor(ends[1]));
  }

  @Override
  default Fd memfdCreate(String name) throws SyscallException {
    byte[] label = KernelText.terminated(name);
    return NativeCall.descriptor(
        NativeCall.check(
            "memfd_create", name, () -> CLibrary.memfd_create(label, MFD_CLOEXEC_ALLOW_SEALING)));
  }

  @Override
  default FileSystemStatus fstatfs(Fd fd) throws SyscallException {
    byte[] status = new byte[120];
    NativeCall.check("fstatfs", fd, () -> CLibrary.fstatfs(fd.number(), status));
    ByteBuffer fields = ByteBuffer.wrap(status).order(ByteOrder.nativeOrder());
    return new FileSystemStatus(
        fields.getLong(0),
        fields.getLong(8),
        fields.getLong(16),
        fields.getLong(24),
        fields.getLong(40),
        fields.getLong(48));
  }

  private static int emptyPathFlag(String name, int otherwise) {
    return name.isEmpty() ? AT_EMPTY_PATH : otherwise;
  }

  /** There is no setxattrat(2) before Linux 6.13: go through the directory's own link in proc. */
  private static byte[] entryPath(Fd dir, String name) {
    String base = dir.equals(Fd.CWD) ? name : dir.path() + "/" + name;
    return KernelText.terminated(name.isEmpty() ? dir.path() + "/." : base);
  }
}
