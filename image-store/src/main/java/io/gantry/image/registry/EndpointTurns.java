package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Traffic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts a question to the endpoints of one pull in turn until one answers. Who was out of reach a
 * moment ago comes last, so that one wait for it is enough; who is busy is waited for only when
 * nobody else answers; who told a lie is not asked again. Safe for the pull's threads.
 */
final class EndpointTurns {

  private final List<EndpointCaller> endpoints;
  private final Absences absences;
  private final Traffic traffic;
  private final Set<EndpointCaller> liars = ConcurrentHashMap.newKeySet();

  EndpointTurns(List<EndpointCaller> endpoints, Absences absences, Traffic traffic) {
    this.endpoints = List.copyOf(endpoints);
    this.absences = absences;
    this.traffic = traffic;
  }

  /** Asks one endpoint, and waits for it while it is busy only if {@code patient}. */
  @FunctionalInterface
  interface Question<T> {
    T ask(EndpointCaller endpoint, boolean patient) throws ImageException, BusyException;
  }

  Traffic traffic() {
    return traffic;
  }

  int count() {
    return endpoints.size();
  }

  <T> T firstAnswer(Capability needed, String subject, Question<T> question) throws ImageException {
    Map<EndpointCaller, ImageException> failures = new HashMap<>();
    List<EndpointCaller> turns = inTurn(needed);
    List<EndpointCaller> busy = new ArrayList<>();
    for (EndpointCaller endpoint : turns) {
      try {
        turnAfter(failures);
        return answer(endpoint, question, turns.size() == 1);
      } catch (BusyException e) {
        busy.add(endpoint);
        failures.put(endpoint, e.refusal());
      } catch (ImageException e) {
        failures.put(endpoint, failed(endpoint, e));
      }
    }
    for (EndpointCaller endpoint : busy) {
      try {
        turnAfter(failures);
        return answer(endpoint, question, true);
      } catch (BusyException e) {
        failures.put(endpoint, e.refusal());
      } catch (ImageException e) {
        failures.put(endpoint, failed(endpoint, e));
      }
    }
    throw Refusals.of(subject, needed, named(failures));
  }

  private void turnAfter(Map<EndpointCaller, ImageException> failures) {
    if (!failures.isEmpty()) {
      traffic.turn();
    }
  }

  private <T> T answer(EndpointCaller endpoint, Question<T> question, boolean patient)
      throws ImageException, BusyException {
    T answer = question.ask(endpoint, patient);
    absences.remove(endpoint.endpoint());
    return answer;
  }

  private ImageException failed(EndpointCaller endpoint, ImageException failure)
      throws ImageException {
    if (failure instanceof ImageException.Cancelled) {
      throw failure;
    }
    if (failure instanceof ImageException.Unavailable
        || failure instanceof ImageException.Corrupt) {
      absences.add(endpoint.endpoint());
    }
    return failure;
  }

  private List<EndpointCaller> inTurn(Capability needed) {
    return endpoints.stream()
        .filter(endpoint -> endpoint.endpoint().can(needed) && !liars.contains(endpoint))
        .sorted(Comparator.comparing(endpoint -> absences.contains(endpoint.endpoint())))
        .toList();
  }

  /** In the order of the configuration, whoever was asked first. */
  private Map<String, ImageException> named(Map<EndpointCaller, ImageException> failures) {
    Map<String, ImageException> named = new LinkedHashMap<>();
    for (EndpointCaller endpoint : endpoints) {
      ImageException failure = failures.get(endpoint);
      if (failure != null) {
        named.put(endpoint.endpoint().name(), failure);
      }
    }
    return named;
  }

  /** It broke off or was too slow: the others come first for a while. */
  void leave(EndpointCaller endpoint) {
    absences.add(endpoint.endpoint());
    if (endpoints.size() > 1) {
      traffic.turn();
    } else {
      traffic.retry();
    }
  }

  /**
   * Who gave wrong bytes gives no more to this pull, unless nobody else is left.
   *
   * @return whether somebody is left who can be asked for digests
   */
  synchronized boolean distrust(EndpointCaller wrong) {
    absences.add(wrong.endpoint());
    boolean others = inTurn(Capability.PULL).stream().anyMatch(other -> !other.equals(wrong));
    if (others) {
      liars.add(wrong);
      traffic.turn();
    }
    return others;
  }
}
