package io.gantry.rpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Ends a call whose code threw with the status that {@link Failures} finds for it. */
final class FailureReports implements ServerInterceptor {

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new Reporting<>(call, next.startCall(call, headers));
  }

  private static final class Reporting<Q> extends SimpleForwardingServerCallListener<Q> {

    private final ServerCall<Q, ?> call;

    Reporting(ServerCall<Q, ?> call, ServerCall.Listener<Q> listener) {
      super(listener);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      reporting(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      reporting(super::onHalfClose);
    }

    @Override
    public void onReady() {
      reporting(super::onReady);
    }

    private void reporting(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        Status status = Failures.status(call.getMethodDescriptor().getFullMethodName(), e);
        call.close(status, new Metadata());
      }
    }
  }
}
