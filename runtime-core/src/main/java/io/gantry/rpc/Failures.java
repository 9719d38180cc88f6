package io.gantry.rpc;

import io.gantry.error.AlreadyExistsException;
import io.gantry.error.BrokenException;
import io.gantry.error.ExhaustedException;
import io.gantry.error.GantryException;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.TimedOutException;
import io.gantry.error.UnavailableException;
import io.gantry.error.UnsupportedException;
import io.gantry.error.WrongStateException;
import io.gantry.image.error.ImageException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where failures become gRPC status. What nobody foresaw gets an id that is in the
 * log beside the stack.
 */
final class Failures {

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** A status travels in a header, and clients limit those to 8 KiB. */
  private static final int LONGEST_TEXT = 4096;

  /**
   * Kubelet makes this word, at the beginning of a failure with the code UNKNOWN, the reason that
   * it shows for the container (k8s.io/cri-api, pkg/errors, ErrSignatureValidationFailed; with
   * other codes its client puts the code before the text).
   */
  private static final String SIGNATURE_REASON = "SignatureValidationFailed: ";

  private Failures() {}

  /**
   * @param call full name of the RPC, for the log
   */
  static Status status(String call, Throwable failure) {
    return switch (failure) {
      case BrokenException broken -> logged(call, broken.advice(), broken);
      case GantryException known -> described(code(known), known.advice());
      case ImageException.Untrusted untrusted ->
          described(code(untrusted), SIGNATURE_REASON + advice(untrusted));
      case ImageException.Storage storage -> logged(call, advice(storage), storage);
      case ImageException known -> described(code(known), advice(known));
      case UncheckedIOException wrapped when wrapped.getCause() instanceof ImageException image ->
          status(call, image);
      case StatusRuntimeException transport -> transport.getStatus();
      default -> logged(call, String.valueOf(failure.getMessage()), failure);
    };
  }

  /** An archive that does not hold what it says is the request's fault, not the node's. */
  static Status importStatus(String call, Throwable failure) {
    return failure instanceof ImageException.Corrupt corrupt
        ? described(Status.Code.INVALID_ARGUMENT, advice(corrupt))
        : status(call, failure);
  }

  private static Status.Code code(GantryException failure) {
    return switch (failure) {
      case NotFoundException e -> Status.Code.NOT_FOUND;
      case AlreadyExistsException e -> Status.Code.ALREADY_EXISTS;
      case InvalidException e -> Status.Code.INVALID_ARGUMENT;
      case WrongStateException e -> Status.Code.FAILED_PRECONDITION;
      case ExhaustedException e -> Status.Code.RESOURCE_EXHAUSTED;
      case TimedOutException e -> Status.Code.DEADLINE_EXCEEDED;
      case UnavailableException e -> Status.Code.UNAVAILABLE;
      case UnsupportedException e -> Status.Code.UNIMPLEMENTED;
      case BrokenException e -> Status.Code.INTERNAL;
    };
  }

  private static Status.Code code(ImageException failure) {
    return switch (failure) {
      case ImageException.Invalid e -> Status.Code.INVALID_ARGUMENT;
      case ImageException.NotFound e -> Status.Code.NOT_FOUND;
      case ImageException.Unauthorized e -> Status.Code.UNAUTHENTICATED;
      case ImageException.Unavailable e -> Status.Code.UNAVAILABLE;
      case ImageException.Corrupt e -> Status.Code.DATA_LOSS;
      case ImageException.Refused e -> Status.Code.INVALID_ARGUMENT;
      case ImageException.Untrusted e -> Status.Code.UNKNOWN;
      case ImageException.Unsupported e -> Status.Code.UNIMPLEMENTED;
      case ImageException.Storage e -> Status.Code.INTERNAL;
      case ImageException.Cancelled e -> Status.Code.CANCELLED;
    };
  }

  private static String advice(ImageException failure) {
    String message = String.valueOf(failure.getMessage());
    return failure.nextStep().isEmpty() ? message : message + "; " + failure.nextStep();
  }

  private static Status described(Status.Code code, String text) {
    return code.toStatus().withDescription(shortened(text));
  }

  private static Status logged(String call, String text, Throwable failure) {
    String id = "%08x".formatted(ThreadLocalRandom.current().nextInt());
    LOG.atError()
        .addKeyValue("rpc", call)
        .addKeyValue("id", id)
        .setCause(failure)
        .log("rpc failed");
    return described(
        Status.Code.INTERNAL, shortened(text) + "; the daemon's log has more under id=" + id);
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
  }
}
