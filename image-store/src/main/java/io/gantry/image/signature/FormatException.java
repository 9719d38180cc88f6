package io.gantry.image.signature;

import java.io.Serial;

/** A document that is not as it should be: the place in it and what is wrong there. */
final class FormatException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param place empty for the document as a whole
   */
  FormatException(String place, String problem) {
    super(place.isEmpty() ? problem : place + ": " + problem);
  }
}
