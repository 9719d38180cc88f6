package io.gantry.image.signature;

import java.util.List;

/** What a policy wants of an image (containers-policy.json(5), "Policy Requirements"). */
sealed interface Requirement {

  /** Nothing. */
  record AcceptAnything() implements Requirement {}

  /** That it stays away. */
  record Reject() implements Requirement {}

  /**
   * A signature of one of these keys.
   *
   * @param keys at least one
   */
  record SigstoreSigned(List<KeySource> keys, SignedIdentity identity) implements Requirement {
    public SigstoreSigned {
      keys = List.copyOf(keys);
    }
  }
}
