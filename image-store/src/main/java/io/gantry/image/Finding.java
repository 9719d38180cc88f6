package io.gantry.image;

import java.util.List;

/**
 * One thing in the store that is not as it was stored.
 *
 * @param object {@code layer sha256:...}, {@code document sha256:...} or {@code record of image
 *     sha256:...}
 * @param path of a file in a layer's directory, else empty
 * @param what is wrong
 * @param images names, or ids, of the images that have it
 */
public record Finding(String object, String path, String what, List<String> images) {

  public Finding {
    images = List.copyOf(images);
  }
}
