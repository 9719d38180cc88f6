package io.gantry.conformance.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Callers that ask at the same time. */
public record Crowd(int size) {

  /** One caller's question. */
  @FunctionalInterface
  public interface Question<T> {
    T ask(int caller) throws Exception;
  }

  public static Crowd of(int size) {
    return new Crowd(size);
  }

  /** The answers in the order of the callers; the first failure is thrown once all are done. */
  public <T> List<T> ask(Question<T> question) throws InterruptedException, ExecutionException {
    return ask(size, question);
  }

  /** As many questions as told, never more at the same time than the crowd has callers. */
  public <T> List<T> ask(int questions, Question<T> question)
      throws InterruptedException, ExecutionException {
    List<Future<T>> futures = new ArrayList<>();
    try (ExecutorService callers = Executors.newFixedThreadPool(size)) {
      for (int i = 0; i < questions; i++) {
        int caller = i;
        futures.add(callers.submit(() -> question.ask(caller)));
      }
    }
    List<T> answers = new ArrayList<>();
    for (Future<T> future : futures) {
      answers.add(future.get());
    }
    return answers;
  }
}
