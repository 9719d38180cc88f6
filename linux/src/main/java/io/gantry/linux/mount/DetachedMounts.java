package io.gantry.linux.mount;

import io.gantry.linux.Fd;
import io.gantry.linux.KernelVersion;
import io.gantry.linux.Linux;
import io.gantry.linux.MountAttributes;
import io.gantry.linux.MountEntry;
import io.gantry.linux.MountFlags;
import io.gantry.linux.NamespaceView;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Builds mounts as descriptors. The caller closes them; one that was attached nowhere is gone with
 * its descriptor. Safe for use by several threads.
 */
public final class DetachedMounts {

  private static final long MOUNT_ATTR_IDMAP = MountFlags.MOUNT_ATTR_IDMAP;
  private static final Path MOUNTS = Path.of("/proc/thread-self/mountinfo");

  private final Syscalls linux;
  private final OverlayMethod overlayMethod;

  public DetachedMounts(Syscalls linux, OverlayMethod overlayMethod) {
    this.linux = linux;
    this.overlayMethod = overlayMethod;
  }

  /** Mounts in the best way this machine's kernel has. */
  public static DetachedMounts ofThisKernel() throws IOException {
    return new DetachedMounts(Linux.syscalls(), OverlayMethod.of(KernelVersion.current()));
  }

  /**
   * An overlay of directories.
   *
   * @param attributes {@code MOUNT_ATTR_*}
   */
  public Fd overlay(OverlayLayers layers, int attributes) throws IOException {
    if (layers.writable().isEmpty() && layers.lower().size() == 1) {
      // The overlay file system wants two directories; one alone is the tree that is asked for.
      return bind(
          layers.lower().getFirst(),
          BindOptions.PLAIN
              .withRecursive(false)
              .withReadOnly(BindOptions.ReadOnly.TOP)
              .withAttributes(attributes));
    }
    return switch (overlayMethod) {
      case CONTEXT -> overlayByContext(layers, attributes);
      case MOUNT_CALL -> new OverlayByMountCall(linux).mount(layers, attributes);
    };
  }

  /** An overlay of mounts that are attached nowhere. */
  Fd overlayOfDetached(OverlayLayers layers, int attributes) throws IOException {
    if (overlayMethod != OverlayMethod.CONTEXT) {
      throw new MountException("an overlay of layers that are attached nowhere takes Linux 6.15");
    }
    return overlayByContext(layers, attributes);
  }

  /**
   * An overlay made on a thread in a throw-away mount namespace that nothing is passed on from.
   *
   * @param target a directory there that may be covered
   */
  Fd overlayInside(NamespaceView thread, OverlayLayers layers, Path target, int attributes)
      throws IOException {
    return switch (overlayMethod) {
      case CONTEXT -> overlayByContext(layers, attributes);
      case MOUNT_CALL -> new OverlayByMountCall(linux).mount(thread, layers, target, attributes);
    };
  }

  private Fd overlayByContext(OverlayLayers layers, int attributes) throws IOException {
    try (Fd context = linux.fsopen("overlay");
        ShortPaths paths = new ShortPaths(linux)) {
      for (Path lower : layers.lower()) {
        linux.fsconfigString(context, "lowerdir+", paths.of(lower));
      }
      if (layers.writable().isPresent()) {
        OverlayLayers.Writable writable = layers.writable().get();
        linux.fsconfigString(context, "upperdir", paths.of(writable.upper()));
        linux.fsconfigString(context, "workdir", paths.of(writable.work()));
        if (writable.isVolatile()) {
          linux.fsconfigFlag(context, "volatile");
        }
        if (writable.metadataOnly()) {
          linux.fsconfigString(context, "redirect_dir", "on");
          linux.fsconfigString(context, "metacopy", "on");
        }
      }
      linux.fsconfigCreate(context);
      return linux.fsmount(context, attributes);
    }
  }

  /**
   * A new file system without a device.
   *
   * @param type such as {@code tmpfs}, {@code proc}, {@code mqueue}
   * @param options by name; an empty value is an option without one
   * @param attributes {@code MOUNT_ATTR_*}
   */
  public Fd fileSystem(String type, Map<String, String> options, int attributes)
      throws IOException {
    try (Fd context = linux.fsopen(type)) {
      for (Map.Entry<String, String> option : options.entrySet()) {
        if (option.getValue().isEmpty()) {
          linux.fsconfigFlag(context, option.getKey());
        } else {
          linux.fsconfigString(context, option.getKey(), option.getValue());
        }
      }
      linux.fsconfigCreate(context);
      return linux.fsmount(context, attributes);
    }
  }

  /**
   * A read-only file system in a file, which the kernel reads without a block device (EROFS since
   * Linux 6.12, where it is built so).
   *
   * @param image the file
   * @throws SyscallException {@code ENODEV} when the kernel has no EROFS, {@code ENOTBLK} when it
   *     takes no file for it
   */
  public Fd erofs(Path image) throws IOException {
    try (Fd context = linux.fsopen("erofs");
        ShortPaths paths = new ShortPaths(linux)) {
      linux.fsconfigString(context, "source", paths.ofFile(image));
      linux.fsconfigCreate(context);
      return linux.fsmount(context, 0);
    }
  }

  /**
   * A tmpfs.
   *
   * @param options of tmpfs(5), such as {@code size}, {@code mode}, {@code nr_inodes}
   * @param attributes {@code MOUNT_ATTR_*}
   */
  public Fd tmpfs(Map<String, String> options, int attributes) throws IOException {
    return fileSystem("tmpfs", options, attributes);
  }

  /**
   * A bind mount of a file or directory.
   *
   * @throws MountException when later mounts are to be passed on and the source does not share them
   */
  public Fd bind(Path source, BindOptions options) throws IOException {
    return bind(Fd.CWD, source.toString(), options);
  }

  /** A bind mount of what an {@code O_PATH} descriptor holds; nothing can be swapped under it. */
  public Fd bind(Fd source, BindOptions options) throws IOException {
    return bind(source, "", options);
  }

  private Fd bind(Fd dir, String path, BindOptions options) throws IOException {
    if (options.propagation() != BindOptions.Propagation.PRIVATE) {
      requireSharing(dir, path);
    }
    int recursive = options.recursive() ? MountFlags.AT_RECURSIVE : 0;
    Fd tree = linux.openTree(dir, path, MountFlags.OPEN_TREE_CLONE | recursive);
    try {
      change(tree, options);
      return tree;
    } catch (IOException | RuntimeException failure) {
      tree.close();
      throw failure;
    }
  }

  private void change(Fd tree, BindOptions options) throws IOException {
    boolean mapped = options.userNamespace() != null;
    long everywhere =
        options.attributes()
            | (options.readOnly() == BindOptions.ReadOnly.RECURSIVE
                ? MountFlags.MOUNT_ATTR_RDONLY
                : 0)
            | (mapped ? MOUNT_ATTR_IDMAP : 0);
    long propagation =
        switch (options.propagation()) {
          case PRIVATE -> MountFlags.MS_PRIVATE;
          case SLAVE -> MountFlags.MS_SLAVE;
          case SHARED -> MountFlags.MS_SHARED;
        };
    linux.mountSetattr(
        tree,
        "",
        options.recursive(),
        new MountAttributes(everywhere, 0, propagation, options.userNamespace()));
    if (options.readOnly() == BindOptions.ReadOnly.TOP) {
      linux.mountSetattr(tree, "", false, MountAttributes.setting(MountFlags.MOUNT_ATTR_RDONLY));
    }
  }

  private void requireSharing(Fd dir, String path) throws IOException {
    long id = linux.statx(dir, path).mountId();
    for (MountEntry mount : MountEntry.read(MOUNTS)) {
      if (mount.id() == id && mount.propagation().isEmpty()) {
        throw new MountException(
            "mounts cannot be passed on from "
                + (path.isEmpty() ? dir : path)
                + ": it lies on "
                + mount.mountPoint()
                + ", which is private; make that shared (mount --make-shared)");
      }
    }
  }
}
