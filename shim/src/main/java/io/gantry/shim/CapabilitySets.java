package io.gantry.shim;

/** The five sets of capabilities(7), one bit for each capability. */
public record CapabilitySets(
    long bounding, long effective, long permitted, long inheritable, long ambient) {

  public static final CapabilitySets NONE = new CapabilitySets(0, 0, 0, 0, 0);

  /** The same capabilities in all sets but the inheritable and ambient ones. */
  public static CapabilitySets of(long capabilities) {
    return new CapabilitySets(capabilities, capabilities, capabilities, 0, 0);
  }
}
