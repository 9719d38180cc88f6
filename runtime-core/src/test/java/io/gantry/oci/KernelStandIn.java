package io.gantry.oci;

import io.gantry.linux.Device;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers every call with success and new descriptors, remembers what was called and which
 * descriptors are open, and fails at one call when told to.
 */
final class KernelStandIn {

  final List<String> calls = new ArrayList<>();
  final Set<Integer> open = new LinkedHashSet<>();
  int failingCall = Integer.MAX_VALUE;
  private int next = 100;

  Syscalls syscalls() {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(), new Class<?>[] {Syscalls.class}, this::answer);
  }

  Fd descriptor() {
    int number = next++;
    open.add(number);
    return Fd.owning(number, open::remove);
  }

  private @Nullable Object answer(Object proxy, Method method, Object @Nullable [] arguments)
      throws SyscallException {
    String name = method.getName();
    if (method.getDeclaringClass() == Object.class) {
      return name.equals("hashCode") ? 1 : name;
    }
    calls.add(name + " " + words(arguments));
    if (calls.size() > failingCall) {
      throw new SyscallException(name, Errno.EIO, "made to fail");
    }
    if (method.getReturnType() == Fd.class) {
      return descriptor();
    }
    return name.equals("statx") ? status() : method.getReturnType() == int.class ? 0 : null;
  }

  private static String words(Object @Nullable [] arguments) {
    return arguments == null
        ? ""
        : String.join(
            " ",
            Arrays.stream(arguments)
                .filter(each -> !(each instanceof Fd))
                .map(String::valueOf)
                .toList());
  }

  /** Paths that end in a file's name are files, all else are directories. */
  private FileStatus status() {
    String opened =
        calls.reversed().stream()
            .filter(call -> call.startsWith("openTree"))
            .findFirst()
            .orElse("");
    Path path = Path.of(opened.isEmpty() ? "/" : opened.split(" ", -1)[1]);
    boolean file = path.startsWith("/pod");
    int mode = file ? FileFlags.S_IFREG | 0644 : FileFlags.S_IFDIR | 0755;
    return new FileStatus(mode, 0, 0, 0, 0, 1, 1, Device.NONE, Device.NONE, Instant.EPOCH, 1);
  }
}
