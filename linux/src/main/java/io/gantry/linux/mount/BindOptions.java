package io.gantry.linux.mount;

import io.gantry.linux.Fd;
import org.jspecify.annotations.Nullable;

/**
 * What a bind mount changes of its source.
 *
 * @param recursive mounts below the source come along
 * @param readOnly what may not be written
 * @param attributes further {@code MOUNT_ATTR_*} to set on every mount that comes along
 * @param propagation of later mounts between source and bind mount
 * @param userNamespace maps the owners of files, or null
 */
public record BindOptions(
    boolean recursive,
    ReadOnly readOnly,
    long attributes,
    Propagation propagation,
    @Nullable Fd userNamespace) {

  /** What of a bind mount is read-only. */
  public enum ReadOnly {
    NOTHING,
    /** The mount itself; mounts below it stay as they are. */
    TOP,
    /** All mounts of it (CRI {@code recursive_read_only}). */
    RECURSIVE
  }

  /** mount_namespaces(7), for the whole tree. */
  public enum Propagation {
    /** Nothing is passed on. */
    PRIVATE,
    /** What is mounted below the source later appears here too. */
    SLAVE,
    /** As slave, and what is mounted here appears below the source. */
    SHARED
  }

  /** The source with everything mounted below it, writable and private. */
  public static final BindOptions PLAIN =
      new BindOptions(true, ReadOnly.NOTHING, 0, Propagation.PRIVATE, null);

  public BindOptions withRecursive(boolean value) {
    return new BindOptions(value, readOnly, attributes, propagation, userNamespace);
  }

  public BindOptions withReadOnly(ReadOnly value) {
    return new BindOptions(recursive, value, attributes, propagation, userNamespace);
  }

  public BindOptions withAttributes(long value) {
    return new BindOptions(recursive, readOnly, value, propagation, userNamespace);
  }

  public BindOptions withPropagation(Propagation value) {
    return new BindOptions(recursive, readOnly, attributes, value, userNamespace);
  }

  public BindOptions withUserNamespace(Fd value) {
    return new BindOptions(recursive, readOnly, attributes, propagation, value);
  }
}
