package io.gantry.linux.nftables;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libnftables(3) that are used here, bound directly when the class is first used.
 */
final class NftLibrary {

  static final String NAME = "libnftables.so.1";

  /** The only context flag there is. */
  static final int NFT_CTX_DEFAULT = 0;

  /** Lists sets and maps without their elements. */
  static final int NFT_CTX_OUTPUT_TERSE = 1 << 11;

  static {
    Native.register(NftLibrary.class, NativeLibrary.getInstance(NAME));
  }

  private NftLibrary() {}

  static native @Nullable Pointer nft_ctx_new(int flags);

  static native void nft_ctx_free(Pointer context);

  static native void nft_ctx_output_set_flags(Pointer context, int flags);

  static native int nft_ctx_buffer_output(Pointer context);

  static native int nft_ctx_buffer_error(Pointer context);

  static native @Nullable Pointer nft_ctx_get_output_buffer(Pointer context);

  static native @Nullable Pointer nft_ctx_get_error_buffer(Pointer context);

  /** The commands end with a zero byte. */
  static native int nft_run_cmd_from_buffer(Pointer context, byte[] commands);
}
