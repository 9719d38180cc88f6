package io.gantry.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells an observer of each call when it comes, and how it ended. */
final class CallMeter implements ServerInterceptor {

  private final RpcObserver observer;

  CallMeter(RpcObserver observer) {
    this.observer = observer;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Measured measured = new Measured(call.getMethodDescriptor());
    ServerCall<Q, A> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            measured.end(status.getCode());
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onCancel() {
        measured.end(Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  private final class Measured {

    private final String service;
    private final String method;
    private final long begin = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();

    Measured(MethodDescriptor<?, ?> descriptor) {
      String full = String.valueOf(descriptor.getServiceName());
      this.service = full.substring(full.lastIndexOf('.') + 1);
      this.method = String.valueOf(descriptor.getBareMethodName());
      observer.began(service, method);
    }

    void end(Status.Code code) {
      if (over.compareAndSet(false, true)) {
        observer.ended(service, method, code.name(), Duration.ofNanos(System.nanoTime() - begin));
      }
    }
  }
}
