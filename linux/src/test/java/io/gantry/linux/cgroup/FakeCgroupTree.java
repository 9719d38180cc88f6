package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.Linux;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A machine's cgroup mounts as plain files: a group that is made gets the files its hierarchy has,
 * a group that is removed takes them along, and writes can be made to fail.
 */
final class FakeCgroupTree extends CgroupFiles {

  private final Path root;
  private final Map<Path, Map<String, String>> templates = new LinkedHashMap<>();
  private final Map<String, Errno> failures = new LinkedHashMap<>();

  FakeCgroupTree(Path root) {
    super(Linux.syscalls());
    this.root = root;
  }

  /** Mounts a hierarchy whose groups have these files, and writes it into mountinfo. */
  Path mount(String point, String type, String options, Map<String, String> files)
      throws IOException {
    Path mount = root.resolve(point.substring(1));
    Files.createDirectories(mount);
    templates.put(mount, files);
    populate(mount, files);
    Path mountinfo = root.resolve("proc/self/mountinfo");
    Files.createDirectories(root.resolve("proc/self"));
    String before = Files.exists(mountinfo) ? Files.readString(mountinfo) : "";
    int id = 30 + templates.size();
    Files.writeString(
        mountinfo,
        before
            + "%d 1 0:%d / %s rw,relatime - %s none rw,%s%n"
                .formatted(id, id, point, type, options));
    return mount;
  }

  /** Makes writing this value fail. */
  void refuse(String value, Errno errno) {
    failures.put(value, errno);
  }

  String content(String file) throws IOException {
    return Files.readString(root.resolve(file.substring(1)));
  }

  boolean has(String path) {
    return Files.exists(root.resolve(path.substring(1)));
  }

  @Override
  boolean make(Path group) throws SyscallException {
    boolean made = super.make(group);
    if (made) {
      templates.forEach((mount, files) -> {
        if (group.startsWith(mount)) {
          populate(group, files);
        }
      });
    }
    return made;
  }

  @Override
  void write(Path file, String value) throws SyscallException {
    Errno refusal = failures.get(value);
    if (refusal != null) {
      throw new SyscallException("write", refusal, file.toString());
    }
    super.write(file, value);
  }

  @Override
  void remove(Path group) throws SyscallException {
    try (var entries = Files.list(group)) {
      for (Path entry : entries.toList()) {
        if (Files.isDirectory(entry)) {
          throw new SyscallException("unlinkat", Errno.EBUSY, group.toString());
        }
        Files.delete(entry);
      }
      super.remove(group);
    } catch (SyscallException failure) {
      throw failure;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void populate(Path group, Map<String, String> files) {
    try {
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(group.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
