package io.gantry.image.registry;

import java.time.Duration;

/**
 * How long registries are waited for, how often they are asked, and how much they may say.
 *
 * @param connect until a connection stands
 * @param answer until an endpoint begins to answer a question; redirects, tokens and further tries
 *     count, so that nobody eats the time of the endpoint after it
 * @param stall the stretch of waiting over which the flow of a body is judged; one that brings
 *     nothing for so long is given up
 * @param leastBytesPerSecond what a body has to bring while it is waited for
 * @param attempts how often a busy endpoint is asked, and how many tries in a row at a blob may
 *     bring nothing worth while before another endpoint is asked
 * @param maxManifestBytes of an index or manifest
 * @param maxConfigBytes of a config
 */
public record TransferLimits(
    Duration connect,
    Duration answer,
    Duration stall,
    long leastBytesPerSecond,
    int attempts,
    int maxManifestBytes,
    int maxConfigBytes) {

  public static final TransferLimits DEFAULT =
      new TransferLimits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          4096,
          5,
          4 << 20,
          4 << 20);

  public TransferLimits {
    for (Duration time : new Duration[] {connect, answer, stall}) {
      if (!time.isPositive()) {
        throw new IllegalArgumentException("a time limit of " + time + " leaves no time");
      }
    }
    if (leastBytesPerSecond < 1 || attempts < 1 || maxManifestBytes < 1 || maxConfigBytes < 1) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }
}
