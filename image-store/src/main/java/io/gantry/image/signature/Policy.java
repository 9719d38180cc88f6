package io.gantry.image.signature;

import io.gantry.image.reference.ImageReference;
import java.util.List;
import java.util.Map;

/**
 * What is wanted of which images.
 *
 * @param fallback for images of no scope
 * @param scopes of the transport {@code docker}, which is where pulls come from
 */
record Policy(List<Requirement> fallback, Map<String, List<Requirement>> scopes) {

  Policy {
    fallback = List.copyOf(fallback);
    scopes = Map.copyOf(scopes);
  }

  /**
   * What is wanted of one image, all of it.
   *
   * @param place in the policy
   */
  record Rule(String place, List<Requirement> requirements) {}

  /** The rule of the scope that says most about an image; all others mean nothing to it. */
  Rule rule(ImageReference image) {
    for (String scope : Scope.of(image)) {
      List<Requirement> requirements = scopes.get(scope);
      if (requirements != null) {
        return new Rule("transports.docker.\"" + scope + "\"", requirements);
      }
    }
    return new Rule("default", fallback);
  }
}
