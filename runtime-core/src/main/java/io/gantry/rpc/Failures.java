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
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
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

  private Failures() {}

  /**
   * @param call full name of the RPC, for the log
   */
  static Status status(String call, Throwable failure) {
    return switch (failure) {
      case BrokenException broken -> logged(call, broken.advice(), broken);
      case GantryException known ->
          code(known).toStatus().withDescription(shortened(known.advice()));
      case StatusRuntimeException transport -> transport.getStatus();
      default -> logged(call, String.valueOf(failure.getMessage()), failure);
    };
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

  private static Status logged(String call, String text, Throwable failure) {
    String id = "%08x".formatted(ThreadLocalRandom.current().nextInt());
    LOG.atError()
        .addKeyValue("rpc", call)
        .addKeyValue("id", id)
        .setCause(failure)
        .log("rpc failed");
    return Status.INTERNAL.withDescription(
        shortened(text) + "; the daemon's log has more under id=" + id);
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
  }
}
