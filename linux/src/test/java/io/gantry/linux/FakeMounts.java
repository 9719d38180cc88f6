package io.gantry.linux;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Pretended mounts: descriptors of real directories that remember how they were made. */
final class FakeMounts {

  private static final Set<String> TYPES =
      Set.of("overlay", "tmpfs", "proc", "sysfs", "mqueue", "devpts", "cgroup", "cgroup2");

  private final Syscalls real;
  private final Path scratch;
  private final Map<Integer, Map<String, String>> contexts = new HashMap<>();
  private final Map<Integer, String> detached = new HashMap<>();
  private final Map<String, String> attached = new LinkedHashMap<>();

  FakeMounts(Syscalls real, Path scratch) {
    this.real = real;
    this.scratch = scratch;
  }

  synchronized Map<String, String> attached() {
    return new LinkedHashMap<>(attached);
  }

  synchronized int detached() {
    return detached.size();
  }

  synchronized Fd context(String type) throws SyscallException {
    if (!TYPES.contains(type)) {
      throw new SyscallException("fsopen", Errno.ENODEV, type);
    }
    Fd memory = real.memfdCreate(type);
    Map<String, String> options = new LinkedHashMap<>();
    options.put("type", type);
    contexts.put(memory.number(), options);
    return forgetting(memory, contexts);
  }

  synchronized void option(Fd context, String key, String value) throws SyscallException {
    options("fsconfig", context).merge(key, value, (old, more) -> old + ":" + more);
  }

  synchronized void create(Fd context) throws SyscallException {
    Map<String, String> options = options("fsconfig", context);
    if ("overlay".equals(options.get("type")) && !options.containsKey("lowerdir+")) {
      throw new SyscallException("fsconfig", Errno.EINVAL, "create", "no lower directory");
    }
    options.put("created", "");
  }

  synchronized Fd mount(Fd context, int attributes) throws SyscallException {
    Map<String, String> options = options("fsmount", context);
    if (!options.containsKey("created")) {
      throw new SyscallException("fsmount", Errno.EINVAL, "");
    }
    Path directory = Path.of(options.getOrDefault("upperdir", ownDirectory()));
    return held(directory, options + " attributes=" + attributes);
  }

  private String ownDirectory() throws SyscallException {
    Path directory = scratch.resolve("mount-" + (attached.size() + detached.size()));
    try {
      real.mkdirat(Fd.CWD, directory.toString(), 0755);
    } catch (SyscallException failure) {
      if (!failure.is(Errno.EEXIST)) {
        throw failure;
      }
    }
    return directory.toString();
  }

  synchronized Fd tree(Fd dir, String path, int flags) throws SyscallException {
    String source = path.isEmpty() ? dir.path().toString() : NativeCall.subject(dir, path);
    if ((flags & MountFlags.OPEN_TREE_CLONE) == 0) {
      return real.open(Path.of(source), FileFlags.O_PATH, 0);
    }
    return held(Path.of(source), "bind " + source);
  }

  private Fd held(Path directory, String description) throws SyscallException {
    Fd fd = real.open(directory, FileFlags.O_PATH, 0);
    detached.put(fd.number(), description);
    return forgetting(fd, detached);
  }

  private Fd forgetting(Fd fd, Map<Integer, ?> known) {
    return Fd.owning(
        fd.number(),
        number -> {
          synchronized (this) {
            known.remove(number);
          }
          fd.close();
        });
  }

  private Map<String, String> options(String call, Fd context) throws SyscallException {
    Map<String, String> options = contexts.get(context.number());
    if (options == null) {
      throw new SyscallException(call, Errno.EINVAL, context.toString());
    }
    return options;
  }

  synchronized void attach(Fd mount, String target) throws SyscallException {
    real.statx(Fd.CWD, target);
    String description = detached.remove(mount.number());
    if (description == null) {
      throw new SyscallException("move_mount", Errno.EINVAL, target);
    }
    attached.put(target, description);
  }

  synchronized void attach(String target, String description) {
    attached.put(target, description);
  }

  synchronized void detach(String target) throws SyscallException {
    if (attached.remove(target) == null) {
      throw new SyscallException("umount2", Errno.EINVAL, target);
    }
  }
}
