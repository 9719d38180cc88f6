package io.gantry.linux.deflate;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** The functions of libisal (igzip_lib.h) that are used here. */
final class IsalLibrary {

  /** Whether the functions below can be called. */
  static final boolean PRESENT = bind() && IsalCheck.passes();

  private IsalLibrary() {}

  private static boolean bind() {
    try {
      Native.register(IsalLibrary.class, NativeLibrary.getInstance("libisal.so.2"));
      return true;
    } catch (UnsatisfiedLinkError missing) {
      return false;
    }
  }

  static native void isal_inflate_init(Pointer state);

  static native void isal_inflate_reset(Pointer state);

  static native int isal_inflate(Pointer state);
}
