package io.gantry.image.content;

import io.gantry.image.manifest.Descriptor;
import java.io.IOException;
import java.io.InputStream;

/** Where the bytes of a layer come from: a registry or an archive. */
@FunctionalInterface
public interface BlobSource {

  /** The raw bytes of a blob; whoever reads checks the digest. The caller closes the stream. */
  InputStream open(Descriptor blob) throws IOException;

  /**
   * Says that the last stream of a blob brought bytes that do not have its digest or size.
   *
   * @return whether another stream may bring others
   */
  default boolean distrust(Descriptor blob) {
    return false;
  }
}
