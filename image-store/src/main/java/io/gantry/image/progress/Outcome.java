package io.gantry.image.progress;

import io.gantry.image.error.ImageException;
import java.util.Locale;

/** How some work ended: well in one of two ways, or with one of the failures of the store. */
public enum Outcome {
  DONE,
  /** The registry has what is here already. */
  UNCHANGED,
  INVALID,
  NOT_FOUND,
  UNAUTHORIZED,
  UNAVAILABLE,
  CORRUPT,
  REFUSED,
  UNTRUSTED,
  UNSUPPORTED,
  STORAGE,
  CANCELLED,
  /** By a fault of the program. */
  BROKEN;

  /** The one that a failure means. */
  public static Outcome of(ImageException failure) {
    return switch (failure) {
      case ImageException.Invalid e -> INVALID;
      case ImageException.NotFound e -> NOT_FOUND;
      case ImageException.Unauthorized e -> UNAUTHORIZED;
      case ImageException.Unavailable e -> UNAVAILABLE;
      case ImageException.Corrupt e -> CORRUPT;
      case ImageException.Refused e -> REFUSED;
      case ImageException.Untrusted e -> UNTRUSTED;
      case ImageException.Unsupported e -> UNSUPPORTED;
      case ImageException.Storage e -> STORAGE;
      case ImageException.Cancelled e -> CANCELLED;
    };
  }

  /** As logs and metrics have it: {@code not_found}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
