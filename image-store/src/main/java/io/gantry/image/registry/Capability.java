package io.gantry.image.registry;

/** What an endpoint is trusted with (containerd, docs/hosts.md, "capabilities field"). */
public enum Capability {
  /** To give what a digest names, which everybody can check. */
  PULL,
  /** To say what a tag means, which nobody can. */
  RESOLVE,
  /** To take images; only the registry itself is asked. */
  PUSH
}
