package io.gantry.container;

import io.gantry.error.BrokenException;
import io.gantry.error.ExhaustedException;
import io.gantry.error.GantryException;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.gantry.error.UnsupportedException;
import io.gantry.image.error.ImageException;
import java.io.IOException;

/** Translates what went wrong below into what it means for a container. */
final class Failures {

  private Failures() {}

  /**
   * @param step what was being done: mounting the root file system, starting the shim
   */
  static GantryException of(ContainerId container, String step, IOException e) {
    String message = step + " of container " + container.brief() + " failed: " + e.getMessage();
    return switch (e) {
      case ImageException image -> image(message, image);
      default ->
          new BrokenException(
              container.subject(), message, "see the log of gantryd at this time for the cause", e);
    };
  }

  private static GantryException image(String message, ImageException e) {
    Subject subject = new Subject("image", e.object());
    return switch (e) {
      case ImageException.Invalid _ -> new InvalidException(subject, message, e.nextStep(), e);
      case ImageException.NotFound _ -> new NotFoundException(subject, message, e.nextStep(), e);
      case ImageException.Unavailable _ ->
          new UnavailableException(subject, message, e.nextStep(), e);
      case ImageException.Unsupported _ ->
          new UnsupportedException(subject, message, e.nextStep(), e);
      case ImageException.Storage _ -> new ExhaustedException(subject, message, e.nextStep(), e);
      case ImageException.Unauthorized _,
          ImageException.Corrupt _,
          ImageException.Refused _,
          ImageException.Untrusted _,
          ImageException.Cancelled _ ->
          new BrokenException(subject, message, e.nextStep(), e);
    };
  }
}
