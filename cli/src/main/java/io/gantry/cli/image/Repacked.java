package io.gantry.cli.image;

import io.gantry.api.gantry.v1.OutgoingImage;
import java.io.PrintStream;

/** Says that an image has other digests where it went. */
final class Repacked {
  private Repacked() {}

  static void tell(OutgoingImage image, PrintStream out) {
    if (image.getRepacked()) {
      out.println(
          "  its layers were packed anew, so it has the digest "
              + image.getManifestDigest()
              + " there, not the one it came with; image.keep_blobs keeps it");
    }
  }
}
