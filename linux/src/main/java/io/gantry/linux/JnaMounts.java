package io.gantry.linux;

import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The mount calls of the machine. */
interface JnaMounts extends MountCalls {

  int CLOEXEC = 1;
  int FSCONFIG_SET_FLAG = 0;
  int FSCONFIG_SET_STRING = 1;
  int FSCONFIG_SET_FD = 5;
  int FSCONFIG_CMD_CREATE = 6;
  int MOVE_MOUNT_F_EMPTY_PATH = 0x04;
  int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
  int MOUNT_ATTR_SIZE = 32;
  int LOG_LINES = 16;

  @Override
  default Fd fsopen(String type) throws SyscallException {
    byte[] name = KernelText.terminated(type);
    return NativeCall.descriptor(
        NativeCall.check(
            "fsopen", type, () -> CLibrary.syscall(SyscallNumber.FSOPEN, name, (long) CLOEXEC)));
  }

  @Override
  default void fsconfigString(Fd context, String key, String value) throws SyscallException {
    fsconfig(context, FSCONFIG_SET_STRING, key, value, 0);
  }

  @Override
  default void fsconfigFlag(Fd context, String key) throws SyscallException {
    fsconfig(context, FSCONFIG_SET_FLAG, key, null, 0);
  }

  @Override
  default void fsconfigFd(Fd context, String key, Fd value) throws SyscallException {
    fsconfig(context, FSCONFIG_SET_FD, key, null, value.number());
  }

  @Override
  default void fsconfigCreate(Fd context) throws SyscallException {
    fsconfig(context, FSCONFIG_CMD_CREATE, null, null, 0);
  }

  private static void fsconfig(
      Fd context, int command, @Nullable String key, @Nullable String value, int extra)
      throws SyscallException {
    byte @Nullable [] name = key == null ? null : KernelText.terminated(key);
    byte @Nullable [] text = value == null ? null : KernelText.terminated(value);
    long result =
        NativeCall.attempt(() ->
            CLibrary.syscall(SyscallNumber.FSCONFIG, context.number(), command, name, text, extra));
    if (result < 0) {
      String subject = key == null ? "create" : value == null ? key : key + "=" + value;
      throw new SyscallException("fsconfig", NativeCall.errno(result), subject, log(context));
    }
  }

  /** Each read(2) of a mount context takes one line of its log, until {@code ENODATA}. */
  private static String log(Fd context) {
    StringJoiner lines = new StringJoiner("; ");
    byte[] line = new byte[1024];
    for (int i = 0; i < LOG_LINES; i++) {
      long length = NativeCall.attempt(() -> CLibrary.read(context.number(), line, line.length));
      if (length <= 0) {
        break;
      }
      lines.add(KernelText.text(line, 0, (int) length).strip());
    }
    return lines.toString();
  }

  @Override
  default Fd fsmount(Fd context, int attributes) throws SyscallException {
    return NativeCall.descriptor(
        fsmountResult(
            context,
            NativeCall.attempt(() ->
                CLibrary.syscall(
                    SyscallNumber.FSMOUNT,
                    (long) context.number(),
                    (long) CLOEXEC,
                    (long) attributes,
                    0L))));
  }

  private static long fsmountResult(Fd context, long result) throws SyscallException {
    if (result < 0) {
      throw new SyscallException("fsmount", NativeCall.errno(result), "", log(context));
    }
    return result;
  }

  @Override
  default Fd openTree(Fd dir, String path, int flags) throws SyscallException {
    byte[] name = KernelText.terminated(path);
    int empty = path.isEmpty() ? MountFlags.AT_EMPTY_PATH : 0;
    long bits = Integer.toUnsignedLong(flags | empty | FileFlags.O_CLOEXEC);
    return NativeCall.descriptor(
        NativeCall.check(
            "open_tree",
            dir,
            path,
            () -> CLibrary.syscall(SyscallNumber.OPEN_TREE, (long) dir.number(), name, bits, 0L)));
  }

  @Override
  default void moveMount(Fd from, String fromPath, Fd to, String toPath) throws SyscallException {
    byte[] source = KernelText.terminated(fromPath);
    byte[] target = KernelText.terminated(toPath);
    long flags =
        (fromPath.isEmpty() ? MOVE_MOUNT_F_EMPTY_PATH : 0)
            | (toPath.isEmpty() ? MOVE_MOUNT_T_EMPTY_PATH : 0);
    NativeCall.check(
        "move_mount",
        to,
        toPath,
        () ->
            CLibrary.syscall(
                SyscallNumber.MOVE_MOUNT, from.number(), source, to.number(), target, flags));
  }

  @Override
  default void mountSetattr(Fd dir, String path, boolean recursive, MountAttributes attributes)
      throws SyscallException {
    byte[] name = KernelText.terminated(path);
    long flags =
        (recursive ? MountFlags.AT_RECURSIVE : 0) | (path.isEmpty() ? MountFlags.AT_EMPTY_PATH : 0);
    Fd user = attributes.userNamespace();
    long[] structure = {
      attributes.set(),
      attributes.clear(),
      attributes.propagation(),
      user == null ? 0 : user.number()
    };
    NativeCall.check(
        "mount_setattr",
        dir,
        path,
        () ->
            CLibrary.syscall(
                SyscallNumber.MOUNT_SETATTR,
                dir.number(),
                name,
                flags,
                structure,
                MOUNT_ATTR_SIZE));
  }

  @Override
  default void mount(
      String source, String target, @Nullable String type, long flags, @Nullable String data)
      throws SyscallException {
    byte[] from = KernelText.terminated(source);
    byte[] to = KernelText.terminated(target);
    byte @Nullable [] kind = type == null ? null : KernelText.terminated(type);
    byte @Nullable [] options = data == null ? null : KernelText.terminated(data);
    NativeCall.check("mount", target, () -> CLibrary.mount(from, to, kind, flags, options));
  }

  @Override
  default void umount2(String target, int flags) throws SyscallException {
    byte[] path = KernelText.terminated(target);
    NativeCall.check("umount2", target, () -> CLibrary.umount2(path, flags));
  }
}
