package io.gantry.rpc;

import com.google.protobuf.MessageLite;
import io.gantry.error.ExhaustedException;
import io.gantry.error.Subject;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;

/** The two ways to answer a request. A failure is left to {@link FailureReports}. */
final class Answers {

  private Answers() {}

  /** An answer yet to be found. */
  @FunctionalInterface
  interface Answer<A> {
    A find() throws IOException;
  }

  static <A extends MessageLite> void one(StreamObserver<A> observer, Answer<A> answer) {
    observer.onNext(fitting(found(answer)));
    observer.onCompleted();
  }

  private static <A> A found(Answer<A> answer) {
    try {
      return answer.find();
    } catch (IOException e) {
      // The generated method has no throws clause; Failures looks inside.
      throw new UncheckedIOException(e);
    }
  }

  /** A client would refuse what is longer, after it was sent, and with less to go by. */
  static <A extends MessageLite> A fitting(A answer) {
    int size = answer.getSerializedSize();
    if (size > RpcServer.LARGEST_MESSAGE) {
      throw new ExhaustedException(
          new Subject("answer", answer.getClass().getSimpleName()),
          "the answer has " + size + " bytes; a message holds " + RpcServer.LARGEST_MESSAGE,
          "ask for less with a filter, or for a list by its Stream call");
    }
    return answer;
  }

  /**
   * CRI Stream* calls: the list in parts, each made when the client has taken the one before, so
   * that a slow client costs no memory. An empty list is no part at all.
   */
  static <T extends MessageLite, A extends MessageLite> void parts(
      StreamObserver<A> observer, List<T> rows, Function<List<T>, A> part) {
    ServerCallStreamObserver<A> call = (ServerCallStreamObserver<A>) observer;
    ListParts<T> parts = new ListParts<>(rows);
    call.setOnCancelHandler(parts::finish);
    call.setOnReadyHandler(() -> {
      while (call.isReady() && parts.hasNext()) {
        call.onNext(fitting(part.apply(parts.next())));
      }
      if (!parts.hasNext() && !parts.finished()) {
        parts.finish();
        call.onCompleted();
      }
    });
  }
}
