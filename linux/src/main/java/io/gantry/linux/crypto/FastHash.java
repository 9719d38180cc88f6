package io.gantry.linux.crypto;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A hash computed by libcrypto. It holds native memory from the first update until {@link #digest}
 * or {@link #reset}: whoever gives up in between calls {@code reset}. One thread.
 */
public final class FastHash extends MessageDigest {

  private static final int CHUNK = 64 << 10;
  private static final ConcurrentLinkedQueue<ByteBuffer> CHUNKS = new ConcurrentLinkedQueue<>();

  private final Pointer type;
  private final int length;
  private @Nullable Pointer context;
  private @Nullable ByteBuffer chunk;

  private FastHash(String algorithm, Pointer type, int length) {
    super(algorithm);
    this.type = type;
    this.length = length;
  }

  /** SHA-256 by libcrypto, or by the JDK where libcrypto is missing. */
  public static MessageDigest sha256() {
    return CryptoLibrary.PRESENT
        ? new FastHash("SHA-256", CryptoLibrary.EVP_sha256(), 32)
        : ofJdk("SHA-256");
  }

  /** SHA-512 by libcrypto, or by the JDK where libcrypto is missing. */
  public static MessageDigest sha512() {
    return CryptoLibrary.PRESENT
        ? new FastHash("SHA-512", CryptoLibrary.EVP_sha512(), 64)
        : ofJdk("SHA-512");
  }

  private static MessageDigest ofJdk(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  private Pointer begun() {
    Pointer existing = context;
    if (existing != null) {
      return existing;
    }
    Pointer fresh = CryptoLibrary.EVP_MD_CTX_new();
    if (fresh == null) {
      throw new OutOfMemoryError("EVP_MD_CTX_new gave nothing");
    }
    context = fresh;
    require(CryptoLibrary.EVP_DigestInit_ex(fresh, type, null), "EVP_DigestInit_ex");
    return fresh;
  }

  private static void require(int result, String call) {
    if (result != 1) {
      throw new IllegalStateException(call + " failed");
    }
  }

  private ByteBuffer chunk() {
    ByteBuffer mine = chunk;
    if (mine == null) {
      ByteBuffer pooled = CHUNKS.poll();
      mine = pooled == null ? ByteBuffer.allocateDirect(CHUNK) : pooled;
      chunk = mine;
    }
    return mine;
  }

  @Override
  protected void engineUpdate(byte input) {
    engineUpdate(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int count) {
    Pointer running = begun();
    ByteBuffer direct = chunk();
    for (int done = 0; done < count; ) {
      int n = Math.min(CHUNK, count - done);
      direct.clear().put(input, offset + done, n).flip();
      require(CryptoLibrary.EVP_DigestUpdate(running, direct, n), "EVP_DigestUpdate");
      done += n;
    }
  }

  @Override
  protected byte[] engineDigest() {
    byte[] hash = new byte[length];
    try {
      require(CryptoLibrary.EVP_DigestFinal_ex(begun(), hash, null), "EVP_DigestFinal_ex");
      return hash;
    } finally {
      engineReset();
    }
  }

  @Override
  protected int engineDigest(byte[] target, int offset, int room) throws DigestException {
    if (room < length) {
      throw new DigestException("a hash of " + length + " bytes needs more than " + room);
    }
    System.arraycopy(engineDigest(), 0, target, offset, length);
    return length;
  }

  @Override
  protected int engineGetDigestLength() {
    return length;
  }

  @Override
  protected void engineReset() {
    Pointer running = context;
    context = null;
    if (running != null) {
      CryptoLibrary.EVP_MD_CTX_free(running);
    }
    ByteBuffer used = chunk;
    chunk = null;
    if (used != null) {
      CHUNKS.offer(used);
    }
  }
}
