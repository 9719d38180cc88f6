package io.gantry.linux.nftables;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.gantry.linux.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The packet filter of a namespace through libnftables(3). */
public final class LibNftables implements Nftables {

  /** The library keeps tables of its own that are filled without a lock when a context is made. */
  private static final ReentrantLock LIBRARY = new ReentrantLock();

  private final NetworkNamespace namespace;
  private final String library;

  /** The library is loaded at the first run, so that a machine without it can say so. */
  public LibNftables(NetworkNamespace namespace) {
    this(namespace, NftLibrary.NAME);
  }

  LibNftables(NetworkNamespace namespace, String library) {
    this.namespace = namespace;
    this.library = library;
  }

  @Override
  public String run(String commands) throws IOException {
    // a context has a netlink socket, and that belongs to the namespace it was made in
    return namespace.call(() -> locked(commands));
  }

  private String locked(String commands) throws IOException {
    LIBRARY.lock();
    try {
      load();
      return inNewContext(commands);
    } finally {
      LIBRARY.unlock();
    }
  }

  /** Before the bound class is touched: a class that failed to load once stays broken for ever. */
  private void load() throws NftablesMissingException {
    try {
      NativeLibrary.getInstance(library);
    } catch (UnsatisfiedLinkError missing) {
      throw new NftablesMissingException(library, missing);
    }
  }

  private static String inNewContext(String commands) throws NftablesException {
    Pointer context = NftLibrary.nft_ctx_new(NftLibrary.NFT_CTX_DEFAULT);
    if (context == null) {
      throw new NftablesException("no context could be made");
    }
    try {
      return run(context, commands);
    } finally {
      NftLibrary.nft_ctx_free(context);
    }
  }

  private static String run(Pointer context, String commands) throws NftablesException {
    if (NftLibrary.nft_ctx_buffer_output(context) != 0
        || NftLibrary.nft_ctx_buffer_error(context) != 0) {
      throw new NftablesException("no buffers could be made");
    }
    byte[] text = commands.getBytes(StandardCharsets.UTF_8);
    int refused = NftLibrary.nft_run_cmd_from_buffer(context, Arrays.copyOf(text, text.length + 1));
    if (refused != 0) {
      throw new NftablesException(text(NftLibrary.nft_ctx_get_error_buffer(context)).strip());
    }
    return text(NftLibrary.nft_ctx_get_output_buffer(context));
  }

  private static String text(@Nullable Pointer buffer) {
    return buffer == null ? "" : buffer.getString(0, StandardCharsets.UTF_8.name());
  }
}
