package io.gantry.linux.nftables;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.gantry.linux.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The packet filter of a namespace through libnftables(3).
 *
 * <p>One context is kept, because letting go of one after something was deleted waits for the
 * kernel to forget it: 4 to 20 ms, where a change costs 0.06 ms. Its socket keeps the namespace
 * alive until this is closed.
 */
public final class LibNftables implements Nftables, AutoCloseable {

  /** The library keeps tables of its own that are filled without a lock when a context is made. */
  private static final ReentrantLock LIBRARY = new ReentrantLock();

  private final NetworkNamespace namespace;
  private final String library;
  private @Nullable Pointer kept;

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
    return run(commands, 0);
  }

  @Override
  public String outline(String commands) throws IOException {
    return run(commands, NftLibrary.NFT_CTX_OUTPUT_TERSE);
  }

  private String run(String commands, int outputFlags) throws IOException {
    LIBRARY.lock();
    try {
      Pointer context = context();
      NftLibrary.nft_ctx_output_set_flags(context, outputFlags);
      byte[] text = commands.getBytes(StandardCharsets.UTF_8);
      byte[] ended = Arrays.copyOf(text, text.length + 1);
      if (NftLibrary.nft_run_cmd_from_buffer(context, ended) != 0) {
        String reason = text(NftLibrary.nft_ctx_get_error_buffer(context)).strip();
        // what a failed conversation left in the socket is nobody's answer
        close();
        throw new NftablesException(reason);
      }
      return text(NftLibrary.nft_ctx_get_output_buffer(context));
    } finally {
      LIBRARY.unlock();
    }
  }

  private Pointer context() throws IOException {
    Pointer context = kept;
    if (context == null) {
      load();
      // a context has a netlink socket, and that belongs to the namespace it was made in
      context = namespace.call(LibNftables::newContext);
      kept = context;
    }
    return context;
  }

  /** Before the bound class is touched: a class that failed to load once stays broken for ever. */
  private void load() throws NftablesMissingException {
    try {
      NativeLibrary.getInstance(library);
    } catch (UnsatisfiedLinkError missing) {
      throw new NftablesMissingException(library, missing);
    }
  }

  private static Pointer newContext() throws NftablesException {
    Pointer context = NftLibrary.nft_ctx_new(NftLibrary.NFT_CTX_DEFAULT);
    if (context == null) {
      throw new NftablesException("no context could be made");
    }
    if (NftLibrary.nft_ctx_buffer_output(context) != 0
        || NftLibrary.nft_ctx_buffer_error(context) != 0) {
      NftLibrary.nft_ctx_free(context);
      throw new NftablesException("no buffers could be made");
    }
    return context;
  }

  private static String text(@Nullable Pointer buffer) {
    return buffer == null ? "" : buffer.getString(0, StandardCharsets.UTF_8.name());
  }

  /** Lets go of the context; a later run makes another one. */
  @Override
  public void close() {
    LIBRARY.lock();
    try {
      Pointer context = kept;
      kept = null;
      if (context != null) {
        NftLibrary.nft_ctx_free(context);
      }
    } finally {
      LIBRARY.unlock();
    }
  }
}
