package io.gantry.rpc;

import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;

/** The two ways to answer a request. A failure is left to {@link FailureReports}. */
final class Answers {

  /** Rows of a list in one message: far below the message limit even with long annotations. */
  private static final int ROWS = 500;

  private Answers() {}

  /** An answer yet to be found. */
  @FunctionalInterface
  interface Answer<A> {
    A find() throws IOException;
  }

  static <A> void one(StreamObserver<A> observer, Answer<A> answer) {
    observer.onNext(found(answer));
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

  /** CRI Stream* calls: the list in parts; an empty list is no part at all. */
  static <T, A> void parts(StreamObserver<A> observer, List<T> rows, Function<List<T>, A> part) {
    for (int from = 0; from < rows.size(); from += ROWS) {
      observer.onNext(part.apply(rows.subList(from, Math.min(from + ROWS, rows.size()))));
    }
    observer.onCompleted();
  }
}
