package io.gantry.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Assertions on calls that must fail. */
public final class Refusals {

  private Refusals() {}

  /** Asserts that the call fails with this code, and returns the description it came with. */
  public static String refusal(Status.Code code, ThrowingCallable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(failure).as("the call must fail with %s", code).isNotNull();
    assertThat(failure.getStatus().getCode()).as(failure.getMessage()).isEqualTo(code);
    String description = failure.getStatus().getDescription();
    return description == null ? "" : description;
  }
}
