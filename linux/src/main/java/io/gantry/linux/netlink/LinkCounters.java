package io.gantry.linux.netlink;

/**
 * What has passed a link since it was made, as its own namespace counts it.
 *
 * @param receiveDrops packets without a buffer, in the device or above it, as {@code /proc/net/dev}
 *     adds them
 */
public record LinkCounters(
    String name,
    long receivedBytes,
    long receivedPackets,
    long receiveErrors,
    long receiveDrops,
    long sentBytes,
    long sentPackets,
    long sendErrors,
    long sendDrops) {}
