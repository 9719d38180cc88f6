package io.gantry.linux.mount;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.MountAttributes;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.NamespaceView;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An overlay for kernels whose mount contexts take no single layers. mount(2) takes a page of
 * options, so each directory is named by the number of its descriptor, relative to {@code
 * /proc/self/fd}: a thousand layers fit. The mount is made in a namespace of its own, cloned into a
 * descriptor, and the namespace dies with the thread.
 */
final class OverlayByMountCall {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final Syscalls linux;

  OverlayByMountCall(Syscalls linux) {
    this.linux = linux;
  }

  Fd mount(OverlayLayers layers, int attributes) throws IOException {
    return NamespaceThread.call(
        "overlay",
        thread -> {
          thread.unshare(Namespace.MNT);
          linux.mountSetattr(Fd.CWD, "/", true, MountAttributes.propagating(MountFlags.MS_PRIVATE));
          // Any directory will do; it is covered only in the thread's namespace.
          return mount(thread, layers, layers.lower().getFirst(), attributes);
        });
  }

  /**
   * The same on a thread in a throw-away mount namespace that nothing is passed on from.
   *
   * @param target a directory that may be covered
   */
  Fd mount(NamespaceView thread, OverlayLayers layers, Path target, int attributes)
      throws SyscallException {
    Fd mount = mountAndClone(thread, layers, target.toString());
    try {
      linux.mountSetattr(mount, "", false, MountAttributes.setting(attributes));
      return mount;
    } catch (SyscallException failure) {
      mount.close();
      throw failure;
    }
  }

  private Fd mountAndClone(NamespaceView thread, OverlayLayers layers, String target)
      throws SyscallException {
    List<Fd> opened = new ArrayList<>();
    try {
      // Opened only here: the kernel refuses layers that belong to another mount namespace.
      String options = options(layers, opened);
      thread.changeDirectory(DESCRIPTORS);
      linux.mount("overlay", target, "overlay", 0, options);
      return linux.openTree(Fd.CWD, target, MountFlags.OPEN_TREE_CLONE);
    } finally {
      opened.forEach(Fd::close);
    }
  }

  private String options(OverlayLayers layers, List<Fd> opened) throws SyscallException {
    List<String> lower = new ArrayList<>();
    for (Path layer : layers.lower()) {
      lower.add(number(layer, opened));
    }
    String options = "lowerdir=" + lower.stream().collect(Collectors.joining(":"));
    if (layers.writable().isPresent()) {
      OverlayLayers.Writable writable = layers.writable().get();
      options += ",upperdir=" + number(writable.upper(), opened);
      options += ",workdir=" + number(writable.work(), opened);
      options += writable.isVolatile() ? ",volatile" : "";
      options += writable.metadataOnly() ? ",redirect_dir=on,metacopy=on" : "";
    }
    return options;
  }

  private String number(Path directory, List<Fd> opened) throws SyscallException {
    Fd fd = linux.open(directory, FileFlags.O_PATH | FileFlags.O_DIRECTORY, 0);
    opened.add(fd);
    return Integer.toString(fd.number());
  }
}
