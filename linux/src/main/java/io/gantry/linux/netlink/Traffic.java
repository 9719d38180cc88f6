package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.List;

/** How fast the links of one network namespace may send (tc(8)). */
public interface Traffic {

  /**
   * A bucket of tokens (tc-tbf(8)): what is sent takes tokens, which come at a rate.
   *
   * @param rate bytes a second
   * @param burst bytes that may be sent at once, at least one packet
   * @param limit bytes that may wait for tokens; what comes on top is dropped
   */
  record TokenBucket(long rate, long burst, long limit) {

    private static final long LARGEST = 0xFFFF_FFFFL;

    public TokenBucket {
      if (rate < 1 || burst < 1 || burst > LARGEST || limit < burst || limit > LARGEST) {
        throw new IllegalArgumentException(
            "no token bucket: rate %d, burst %d, limit %d".formatted(rate, burst, limit));
      }
    }
  }

  /**
   * A queue as the kernel lists it.
   *
   * @param kind such as {@code tbf}, {@code ingress}, {@code noqueue}
   * @param rate bytes a second of a token bucket, else 0
   * @param limit bytes of a token bucket, else 0
   */
  record Queue(int link, String kind, long rate, long limit) {}

  List<Queue> queues() throws IOException;

  /** Lets a link send no faster than that, in place of what was set before. */
  void shape(int link, TokenBucket bucket) throws IOException;

  /**
   * Sends all that comes in by a link out by another one, which gives it back when it is an {@code
   * ifb}: so what comes in can be shaped. EEXIST when the link does so already.
   */
  void redirect(int link, int target) throws IOException;
}
