package io.gantry.image.erofs;

import java.io.IOException;

/** A layer has more names than an image's inodes may take memory while it is written. */
public final class TooLargeException extends IOException {

  private static final long serialVersionUID = 1;

  TooLargeException(String message) {
    super(message);
  }
}
