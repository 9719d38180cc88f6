package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.util.Map;
import java.util.stream.Collectors;

/** What several endpoints had to say, in one failure. */
final class Refusals {

  private Refusals() {}

  /**
   * The failure of the last one, who stands nearest to the registry, with the reasons of all.
   *
   * @param failures by endpoint, in the order of asking; empty when nobody could be asked
   */
  static ImageException of(
      String subject, Capability needed, Map<String, ImageException> failures) {
    if (failures.isEmpty()) {
      String verb = needed == Capability.RESOLVE ? "resolve" : "pull";
      return new ImageException.Unavailable(
          subject,
          "no endpoint of its registry has the capability " + verb,
          "give one of them that capability in hosts.toml",
          null);
    }
    ImageException last = failures.values().stream().reduce((one, other) -> other).orElseThrow();
    if (failures.size() == 1) {
      return last;
    }
    String reasons =
        failures.entrySet().stream()
            .map(failure -> failure.getKey() + ": " + failure.getValue().reason())
            .collect(Collectors.joining("; "));
    ImageException all =
        last.because("none of " + failures.size() + " endpoints had it: " + reasons);
    failures.values().forEach(all::addSuppressed);
    return all;
  }
}
