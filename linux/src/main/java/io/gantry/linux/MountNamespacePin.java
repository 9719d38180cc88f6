package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The pin of a mount namespace on the host. It can only be mounted outside the namespace itself:
 * the kernel refuses a loop. Its directory is made a private mount where the host shares mounts, or
 * copies of the pin in other namespaces would keep this one alive for ever.
 */
final class MountNamespacePin {

  private static final long NSFS_MAGIC = 0x6e736673;

  private final Syscalls linux;
  private final Path directory;
  private final Path file;

  MountNamespacePin(Syscalls linux, Path directory) {
    this.linux = linux;
    this.directory = directory;
    this.file = directory.resolve("ns");
  }

  Optional<Fd> open() throws SyscallException {
    Fd fd;
    try {
      fd = linux.open(file, FileFlags.O_RDONLY, 0);
    } catch (SyscallException failure) {
      if (failure.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw failure;
    }
    if (linux.fstatfs(fd).type() == NSFS_MAGIC) {
      return Optional.of(fd);
    }
    fd.close();
    return Optional.empty();
  }

  void make(Fd namespace) throws IOException {
    Files.createDirectories(directory);
    if (isShared()) {
      bind(directory.toString(), directory);
      linux.mount("none", directory.toString(), null, MountFlags.MS_PRIVATE, null);
    }
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
    bind(namespace.path().toString(), file);
  }

  private void bind(String source, Path target) throws SyscallException {
    linux.mount(source, target.toString(), null, MountFlags.MS_BIND, null);
  }

  private boolean isShared() throws IOException {
    long id = mountId(directory);
    return MountEntry.read(Path.of("/proc/self/mountinfo")).stream()
        .anyMatch(mount -> mount.id() == id && mount.isShared());
  }

  private long mountId(Path path) throws SyscallException {
    return linux.statx(Fd.CWD, path.toString()).mountId();
  }

  void remove() throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    try {
      detachIfMounted(file, directory);
      Files.deleteIfExists(file);
      if (parent != null) {
        detachIfMounted(directory, parent);
      }
      Files.deleteIfExists(directory);
    } catch (SyscallException failure) {
      if (!failure.is(Errno.ENOENT)) {
        throw failure;
      }
    } catch (NoSuchFileException alreadyGone) {
      // What was to be removed is not there: the aim is reached.
    }
  }

  private void detachIfMounted(Path path, Path parent) throws SyscallException {
    while (mountId(path) != mountId(parent)) {
      linux.umount2(path.toString(), MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
    }
  }
}
