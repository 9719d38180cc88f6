package io.gantry.cli.session;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** Turns the failure of a call into one line that says what to do. */
final class RpcComplaint {
  /** The word of CRI for an image without the wanted signatures; it has no code of its own. */
  private static final String REFUSED_BY_POLICY = "SignatureValidationFailed: ";

  private final Endpoint endpoint;

  RpcComplaint(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** The line for any failure of a command. */
  String of(Throwable failure) {
    return switch (failure) {
      case StatusRuntimeException e -> of(e.getStatus());
      case StatusException e -> of(e.getStatus());
      default -> oneLine(failure.getMessage(), failure.getClass().getSimpleName());
    };
  }

  private String of(Status status) {
    var code = status.getCode();
    var text = oneLine(status.getDescription(), code.name());
    return switch (code) {
      case UNAVAILABLE -> status.getCause() == null ? text : unreachable(status.getCause());
      case UNIMPLEMENTED -> "the runtime at " + endpoint + " does not offer this: " + text;
      case DEADLINE_EXCEEDED ->
          "no answer from " + endpoint + " in time: " + text + "; --timeout allows more";
      case UNKNOWN -> text.startsWith(REFUSED_BY_POLICY) ? text : failed(text);
      case INTERNAL -> failed(text);
      default -> text;
    };
  }

  private String failed(String text) {
    return "the runtime at " + endpoint + " failed: " + text + "; its log says more";
  }

  /** A cause means that this side noticed: the call never reached anyone, or the line broke. */
  private String unreachable(Throwable cause) {
    var why = reason(cause);
    if (why.contains("Permission denied")) {
      return "may not connect to "
          + endpoint
          + ": permission denied; the socket is root's: use sudo";
    }
    if (!Files.exists(endpoint.socket())) {
      return "no daemon on "
          + endpoint
          + ": no such socket; start gantryd as root, or name its socket with --host";
    }
    if (why.contains("refused")) {
      return "no daemon on "
          + endpoint
          + ": the socket is there but nobody listens; start gantryd as root";
    }
    return "lost the daemon on " + endpoint + ": " + why + "; see whether gantryd runs";
  }

  private static String reason(Throwable cause) {
    var deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return oneLine(deepest.getMessage(), deepest.getClass().getSimpleName());
  }

  private static String oneLine(@Nullable String text, String otherwise) {
    return text == null || text.isBlank()
        ? otherwise
        : text.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
