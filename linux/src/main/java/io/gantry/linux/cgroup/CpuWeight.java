package io.gantry.linux.cgroup;

/**
 * Turns CPU shares of version 1 (2 to 262144, default 1024) into a weight of version 2 (1 to 10000,
 * default 100). The curve goes through the least, the default and the largest values of both, as
 * newer OCI runtimes and the kubelet do; a straight line would give a default container 39.
 */
public final class CpuWeight {

  private static final long LEAST_SHARES = 2;
  private static final long MOST_SHARES = 262_144;
  private static final long MOST_WEIGHT = 10_000;

  /** Keeps a rounding error just above a whole number from becoming the next one. */
  private static final double TOLERANCE = 1e-9;

  private CpuWeight() {}

  public static long ofShares(long shares) {
    if (shares <= LEAST_SHARES) {
      return 1;
    }
    if (shares >= MOST_SHARES) {
      return MOST_WEIGHT;
    }
    double log2 = Math.log((double) shares) / Math.log(2);
    double exponent = (log2 * log2 + 125 * log2) / 612 - 7.0 / 34;
    return (long) Math.ceil(Math.pow(10, exponent) - TOLERANCE);
  }
}
