package io.gantry.linux;

import org.jspecify.annotations.Nullable;

/**
 * Mounts as descriptors (fsopen(2), open_tree(2), move_mount(2), mount_setattr(2)) and by path.
 * Flags are in {@link MountFlags}.
 */
public interface MountCalls {

  /** fsopen(2): a context for a new mount of the given type. */
  Fd fsopen(String type) throws SyscallException;

  /** fsconfig(2) {@code FSCONFIG_SET_STRING}; at most 255 bytes of value. */
  void fsconfigString(Fd context, String key, String value) throws SyscallException;

  /** fsconfig(2) {@code FSCONFIG_SET_FLAG}. */
  void fsconfigFlag(Fd context, String key) throws SyscallException;

  /** fsconfig(2) {@code FSCONFIG_SET_FD}. */
  void fsconfigFd(Fd context, String key, Fd value) throws SyscallException;

  /**
   * fsconfig(2) {@code FSCONFIG_CMD_CREATE}. The exception carries the context's own log, which
   * says more than the errno.
   */
  void fsconfigCreate(Fd context) throws SyscallException;

  /** fsmount(2): a detached mount; attributes are {@code MOUNT_ATTR_*}. */
  Fd fsmount(Fd context, int attributes) throws SyscallException;

  /** open_tree(2); {@link MountFlags#OPEN_TREE_CLONE} makes a detached bind mount. */
  Fd openTree(Fd dir, String path, int flags) throws SyscallException;

  /** move_mount(2); an empty path means the descriptor itself. */
  void moveMount(Fd from, String fromPath, Fd to, String toPath) throws SyscallException;

  /** mount_setattr(2); an empty path means the descriptor itself. */
  void mountSetattr(Fd dir, String path, boolean recursive, MountAttributes attributes)
      throws SyscallException;

  /** mount(2). */
  void mount(String source, String target, @Nullable String type, long flags, @Nullable String data)
      throws SyscallException;

  /** umount2(2). */
  void umount2(String target, int flags) throws SyscallException;
}
