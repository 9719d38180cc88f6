package io.gantry.linux.seccomp;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** libseccomp 2.5 or newer, directly mapped. Its functions return a negative errno. */
final class SeccompLibrary {

  static final String NAME = "libseccomp.so.2";

  /** {@code SCMP_FLTATR_CTL_OPTIMIZE}, and its value for a binary tree instead of a list. */
  static final int ATTRIBUTE_OPTIMIZE = 8;

  static final int BINARY_TREE = 2;

  /** {@code __NR_SCMP_ERROR}: no architecture has a call of that name. */
  static final int UNKNOWN_CALL = -1;

  /** The size of {@code struct scmp_arg_cmp}. */
  static final int CONDITION_SIZE = 24;

  static {
    Native.register(SeccompLibrary.class, NativeLibrary.getInstance(NAME));
  }

  private SeccompLibrary() {}

  static native @Nullable Pointer seccomp_init(int defaultAction);

  static native void seccomp_release(Pointer filter);

  static native int seccomp_arch_resolve_name(byte[] name);

  static native int seccomp_arch_add(Pointer filter, int architecture);

  static native int seccomp_attr_set(Pointer filter, int attribute, int value);

  static native int seccomp_syscall_resolve_name(byte[] name);

  static native int seccomp_rule_add_array(
      Pointer filter, int action, int call, int conditionCount, byte[] conditions);

  static native int seccomp_export_bpf(Pointer filter, int fd);
}
