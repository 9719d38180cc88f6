package io.gantry.image.outgoing;

import io.gantry.image.reference.Digest;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Counts and hashes what passes. Closing it leaves what is below open. One thread. */
final class CountedHash extends FilterOutputStream {

  private final MessageDigest hash = Digest.newSha256();
  private long count;

  CountedHash(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    hash.update(bytes, offset, length);
    count += length;
  }

  long count() {
    return count;
  }

  /** The digest of everything so far; once. */
  Digest finish() {
    return Digest.finishSha256(hash);
  }

  @Override
  public void close() throws IOException {
    hash.reset();
    out.flush();
  }
}
