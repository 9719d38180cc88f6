package io.gantry.image.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An image operation that failed: which object, why, and what a person can do next. The kind is the
 * subclass. It is an {@link IOException} so that streams can carry it unchanged to whoever knows
 * the intent.
 */
public abstract sealed class ImageException extends IOException {

  private static final long serialVersionUID = 1L;
  private static final int MAX_OBJECT = 300;
  private static final int MAX_REASON = 2000;

  private final String object;
  private final String reason;
  private final String nextStep;

  private ImageException(String object, String reason, String nextStep, @Nullable Throwable cause) {
    super(
        (object.isEmpty() ? "" : Shown.text(object, MAX_OBJECT) + ": ")
            + Shown.text(reason, MAX_REASON),
        cause);
    this.object = Shown.text(object, MAX_OBJECT);
    this.reason = Shown.text(reason, MAX_REASON);
    this.nextStep = nextStep;
  }

  /** The reference, digest, tar entry or path that the failure is about. */
  public String object() {
    return object;
  }

  /** Why it failed, without the object. */
  public String reason() {
    return reason;
  }

  /** A failure of the same kind about the same object, for another reason. */
  public ImageException because(String other) {
    return switch (this) {
      case Invalid e -> new Invalid(object, other, nextStep);
      case NotFound e -> new NotFound(object, other, nextStep);
      case Unauthorized e -> new Unauthorized(object, other, nextStep);
      case Unavailable e -> new Unavailable(object, other, nextStep, getCause());
      case Corrupt e -> new Corrupt(object, other, nextStep, getCause());
      case Refused e -> new Refused(object, other, nextStep);
      case Untrusted e -> new Untrusted(object, other, nextStep);
      case Unsupported e -> new Unsupported(object, other, nextStep);
      case Storage e -> new Storage(object, other, nextStep, getCause());
      case Cancelled e -> new Cancelled(object, other);
    };
  }

  /** What a person can do about it, or empty. */
  public String nextStep() {
    return nextStep;
  }

  /** A reference, digest or argument that cannot mean an image. */
  public static final class Invalid extends ImageException {
    private static final long serialVersionUID = 1L;

    public Invalid(String object, String reason, String nextStep) {
      super(object, reason, nextStep, null);
    }
  }

  /** The registry, the archive or the store does not have it. */
  public static final class NotFound extends ImageException {
    private static final long serialVersionUID = 1L;

    public NotFound(String object, String reason, String nextStep) {
      super(object, reason, nextStep, null);
    }
  }

  /** The registry wants other credentials than it was given. */
  public static final class Unauthorized extends ImageException {
    private static final long serialVersionUID = 1L;

    public Unauthorized(String object, String reason, String nextStep) {
      super(object, reason, nextStep, null);
    }
  }

  /** The registry cannot be reached, is overloaded, or went silent; a later try may work. */
  public static final class Unavailable extends ImageException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String object, String reason, String nextStep, @Nullable Throwable cause) {
      super(object, reason, nextStep, cause);
    }
  }

  /** The bytes are not what their digest, size or format says: wrong digest, cut short, damaged. */
  public static final class Corrupt extends ImageException {
    private static final long serialVersionUID = 1L;

    public Corrupt(String object, String reason, String nextStep, @Nullable Throwable cause) {
      super(object, reason, nextStep, cause);
    }
  }

  /** Content that would do harm: entries that leave the root, bombs, limits exceeded. */
  public static final class Refused extends ImageException {
    private static final long serialVersionUID = 1L;

    public Refused(String object, String reason, String nextStep) {
      super(object, reason, nextStep, null);
    }
  }

  /** The node's policy wants signatures that the image has not, or wants no such image at all. */
  public static final class Untrusted extends ImageException {
    private static final long serialVersionUID = 1L;

    public Untrusted(String object, String reason, String nextStep) {
      super(object, reason, nextStep, null);
    }
  }

  /** Well formed, but of a kind that Gantry does not handle. */
  public static final class Unsupported extends ImageException {
    private static final long serialVersionUID = 1L;

    public Unsupported(String object, String reason, String nextStep) {
      super(object, reason, nextStep, null);
    }
  }

  /** The store's own disk failed: full, read-only, damaged. */
  public static final class Storage extends ImageException {
    private static final long serialVersionUID = 1L;

    public Storage(String object, String reason, String nextStep, @Nullable Throwable cause) {
      super(object, reason, nextStep, cause);
    }
  }

  /** Given up because nobody waits for the result any more, or the store closes. */
  public static final class Cancelled extends ImageException {
    private static final long serialVersionUID = 1L;

    public Cancelled(String object, String reason) {
      super(object, reason, "", null);
    }
  }
}
