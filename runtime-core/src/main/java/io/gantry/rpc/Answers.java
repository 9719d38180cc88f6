package io.gantry.rpc;

import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The two ways to answer a request. A failure is left to {@link FailureReports}. */
final class Answers {

  /** Rows of a list in one message: far below the message limit even with long annotations. */
  private static final int ROWS = 500;

  private Answers() {}

  static <A> void one(StreamObserver<A> observer, Supplier<A> answer) {
    observer.onNext(answer.get());
    observer.onCompleted();
  }

  /** CRI Stream* calls: the list in parts; an empty list is no part at all. */
  static <T, A> void parts(StreamObserver<A> observer, List<T> rows, Function<List<T>, A> part) {
    for (int from = 0; from < rows.size(); from += ROWS) {
      observer.onNext(part.apply(rows.subList(from, Math.min(from + ROWS, rows.size()))));
    }
    observer.onCompleted();
  }
}
