package io.gantry.linux.netlink;

import java.net.InetAddress;

/**
 * A connection that the kernel tracks, as its first packet came in.
 *
 * @param id of the entry, which the kernel makes of where it keeps it
 * @param zone 0 where nobody divides connections into zones
 * @param answering the address that answers: not the destination where that was translated
 */
public record Flow(
    int id,
    int zone,
    int protocol,
    InetAddress source,
    int sourcePort,
    InetAddress destination,
    int destinationPort,
    InetAddress answering) {

  @Override
  public String toString() {
    return "flow of protocol %d from %s port %d to %s port %d"
        .formatted(
            protocol,
            IpPrefix.text(source),
            sourcePort,
            IpPrefix.text(destination),
            destinationPort);
  }
}
