package io.gantry.linux.crypto;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions of libcrypto (EVP_DigestInit(3)) that are used here. */
final class CryptoLibrary {

  private static final List<String> NAMES = List.of("libcrypto.so.3", "libcrypto.so.1.1");

  /** Whether the functions below can be called. */
  static final boolean PRESENT = bind();

  private CryptoLibrary() {}

  private static boolean bind() {
    for (String name : NAMES) {
      try {
        Native.register(CryptoLibrary.class, NativeLibrary.getInstance(name));
        return true;
      } catch (UnsatisfiedLinkError missing) {
        // The next name, or the JDK.
      }
    }
    return false;
  }

  static native Pointer EVP_sha256();

  static native Pointer EVP_sha512();

  static native @Nullable Pointer EVP_MD_CTX_new();

  static native void EVP_MD_CTX_free(Pointer context);

  static native int EVP_DigestInit_ex(Pointer context, Pointer type, @Nullable Pointer engine);

  static native int EVP_DigestUpdate(Pointer context, ByteBuffer data, long length);

  static native int EVP_DigestFinal_ex(Pointer context, byte[] hash, @Nullable Pointer length);
}
