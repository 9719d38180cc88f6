package io.gantry.image.outgoing;

import io.gantry.image.layer.LayerTar;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A layer's tar in a file that goes when this is closed. One thread writes, any may read then. */
public final class StagedTar implements AutoCloseable {

  private final Path file;
  private @Nullable Digest digest;
  private long size;

  private StagedTar(Path file) {
    this.file = file;
  }

  /**
   * A tar that is still to be written.
   *
   * @param file does not exist yet, in a folder that is emptied at start
   */
  public static StagedTar at(Path file) {
    return new StagedTar(file);
  }

  /** Writes the whole tar; once. */
  public void write(LayerTar tar, String subject) throws IOException {
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        CountedHash hash = new CountedHash(out)) {
      size = Streams.copy(tar, hash, subject);
      digest = hash.finish();
    }
  }

  /** Of the uncompressed tar, which it is. */
  public Digest digest() {
    if (digest == null) {
      throw new IllegalStateException("nothing was written");
    }
    return digest;
  }

  public long size() {
    return size;
  }

  public InputStream open() throws IOException {
    return Files.newInputStream(file);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
