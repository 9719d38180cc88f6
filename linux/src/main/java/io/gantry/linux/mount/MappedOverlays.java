package io.gantry.linux.mount;

import io.gantry.linux.Fd;
import io.gantry.linux.FileStatus;
import io.gantry.linux.MountAttributes;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.NamespaceView;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Overlays that show and take owners as a user namespace maps them, while the directories keep
 * those that they have: their layers are mounts with mapped owners (mount_setattr(2)). Safe for use
 * by several threads.
 */
public final class MappedOverlays {

  /** Any directory will do; it is covered only in the thread's namespace. */
  private static final Path PLACES = Path.of("/sys");

  private static final Path TARGET = PLACES.resolve("overlay");

  private final Syscalls linux;
  private final DetachedMounts mounts;
  private final Layers layers;

  /** Where the mounts are that an overlay is made of. */
  public enum Layers {
    /** Attached nowhere: Linux 6.15. */
    DETACHED,
    /** Attached in a mount namespace that goes with the thread that makes it: Linux 5.19. */
    ATTACHED
  }

  public MappedOverlays(Syscalls linux, DetachedMounts mounts, Layers layers) {
    this.linux = linux;
    this.mounts = mounts;
    this.layers = layers;
  }

  /** The descriptors of layers, and what an overlay of them is to be. */
  private record Mapped(List<Fd> fds, OverlayLayers overlay, int uid, int gid) {}

  /**
   * Mounts one.
   *
   * @param directories where they are writable, upper and work lie side by side in a directory of
   *     the machine's root
   * @param attributes {@code MOUNT_ATTR_*}
   */
  public Fd mount(OverlayLayers directories, Fd userNamespace, int attributes) throws IOException {
    if (directories.writable().isEmpty() && directories.lower().size() == 1) {
      return alone(directories.lower().getFirst(), userNamespace, attributes);
    }
    return NamespaceThread.call(
        "overlay",
        thread -> {
          if (layers == Layers.ATTACHED) {
            thread.unshare(Namespace.MNT);
            linux.mountSetattr(
                Fd.CWD, "/", true, MountAttributes.propagating(MountFlags.MS_PRIVATE));
          }
          List<Fd> opened = new ArrayList<>();
          try {
            return overlay(thread, map(directories, userNamespace, opened), attributes);
          } finally {
            opened.forEach(Fd::close);
          }
        });
  }

  /** The overlay file system wants two directories; one alone is the tree that is asked for. */
  private Fd alone(Path directory, Fd userNamespace, int attributes) throws IOException {
    Fd only = mounts.bind(directory, mapping(userNamespace));
    try {
      linux.mountSetattr(
          only, "", false, MountAttributes.setting(attributes | MountFlags.MOUNT_ATTR_RDONLY));
      return only;
    } catch (IOException | RuntimeException failure) {
      only.close();
      throw failure;
    }
  }

  private static BindOptions mapping(Fd userNamespace) {
    return BindOptions.PLAIN.withRecursive(false).withUserNamespace(userNamespace);
  }

  private Mapped map(OverlayLayers directories, Fd userNamespace, List<Fd> opened)
      throws IOException {
    List<Fd> clones = new ArrayList<>();
    List<Path> lower = new ArrayList<>();
    for (Path layer : directories.lower()) {
      Fd clone = mounts.bind(layer, mapping(userNamespace));
      opened.add(clone);
      clones.add(clone);
      lower.add(clone.path());
    }
    if (directories.writable().isEmpty()) {
      return new Mapped(clones, OverlayLayers.readOnly(lower), 0, 0);
    }
    OverlayLayers.Writable writable = directories.writable().get();
    Fd both = mounts.bind(together(writable), mapping(userNamespace));
    opened.add(both);
    clones.add(both);
    FileStatus root = linux.statx(both, "");
    return new Mapped(
        clones,
        new OverlayLayers(lower, Optional.of(writable.in(both.path()))),
        root.uid(),
        root.gid());
  }

  private Fd overlay(NamespaceView thread, Mapped mapped, int attributes) throws IOException {
    if (layers == Layers.ATTACHED) {
      attach(mapped.fds());
      linux.mkdirat(Fd.CWD, TARGET.toString(), 0700);
    }
    if (mapped.overlay().writable().isPresent()) {
      // Overlay makes its own files as who mounts it, and the machine's root has no id in there.
      thread.filesOf(mapped.uid(), mapped.gid());
    }
    return layers == Layers.ATTACHED
        ? mounts.overlayInside(thread, mapped.overlay(), TARGET, attributes)
        : mounts.overlayOfDetached(mapped.overlay(), attributes);
  }

  private void attach(List<Fd> clones) throws IOException {
    try (Fd places = mounts.tmpfs(Map.of(), 0)) {
      linux.moveMount(places, "", Fd.CWD, PLACES.toString());
      for (int i = 0; i < clones.size(); i++) {
        String name = Integer.toString(i);
        linux.mkdirat(places, name, 0700);
        linux.moveMount(clones.get(i), "", places, name);
      }
    }
  }

  /** The kernel wants both on one mount. */
  private static Path together(OverlayLayers.Writable writable) {
    Path parent = Objects.requireNonNull(writable.upper().getParent());
    if (!parent.equals(writable.work().getParent())) {
      throw new IllegalArgumentException(
          writable.upper() + " and " + writable.work() + " are not side by side");
    }
    return parent;
  }
}
