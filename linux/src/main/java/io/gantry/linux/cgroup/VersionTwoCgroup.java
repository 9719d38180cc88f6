package io.gantry.linux.cgroup;

import io.gantry.linux.BpfCalls;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A group of version 2. */
final class VersionTwoCgroup implements Cgroup {

  private final String path;
  private final Path directory;
  private final CgroupFiles files;
  private final GroupTree tree;

  VersionTwoCgroup(String path, Path directory, CgroupFiles files) {
    this.path = path;
    this.directory = directory;
    this.files = files;
    this.tree = new GroupTree(files);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public boolean exists() {
    try {
      return files.exists(directory);
    } catch (SyscallException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public Optional<Path> directory(String controller) {
    return Optional.of(directory);
  }

  @Override
  public void apply(CgroupLimits limits) throws IOException {
    new VersionTwoLimits(path, directory, files).write(limits);
  }

  @Override
  public void restrictDevices(List<DeviceRule> allowed) throws IOException {
    BpfCalls bpf = Linux.bpf();
    try (Fd program = bpf.loadDeviceProgram(DeviceProgram.of(allowed));
        Fd group = files.open(directory, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY)) {
      bpf.attachDeviceProgram(group, program);
    } catch (SyscallException failure) {
      if (failure.call().equals("bpf") && failure.is(Errno.EINVAL)) {
        throw new CgroupException(
            path, "the kernel cannot restrict devices (CONFIG_CGROUP_BPF is off)", failure);
      }
      throw failure;
    }
  }

  @Override
  public List<Fd> taskFiles() {
    return List.of();
  }

  @Override
  public List<Fd> cloneDirectory() throws IOException {
    return List.of(files.open(directory, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY));
  }

  @Override
  public List<Fd> killFile() throws IOException {
    return List.of(files.open(directory.resolve("cgroup.kill"), FileFlags.O_WRONLY));
  }

  @Override
  public Set<Integer> processes() throws IOException {
    return tree.processes(directory);
  }

  @Override
  public void kill() throws IOException {
    try {
      files.write(directory.resolve("cgroup.kill"), "1");
    } catch (SyscallException failure) {
      if (!failure.is(Errno.ENOENT) && !failure.is(Errno.ENODEV)) {
        throw failure;
      }
    }
  }

  @Override
  public void freeze() throws IOException {
    Freezer.versionTwo(files, directory).freeze(path);
  }

  @Override
  public void thaw() throws IOException {
    Freezer.versionTwo(files, directory).thaw();
  }

  @Override
  public long memoryInUse() throws IOException {
    return MemoryInUse.of(
        files, directory.resolve("memory.current"), directory.resolve("memory.stat"), "");
  }

  @Override
  public long oomKills() throws IOException {
    return FlatFile.counter(files, directory.resolve("memory.events"), "oom_kill");
  }

  @Override
  public void remove() throws IOException {
    tree.remove(directory);
  }
}
