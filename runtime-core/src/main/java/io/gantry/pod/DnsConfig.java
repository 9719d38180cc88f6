package io.gantry.pod;

import java.util.List;

/** Lines of a pod's resolv.conf (CRI DNSConfig); all empty means a copy of the machine's file. */
public record DnsConfig(List<String> servers, List<String> searches, List<String> options) {

  public static final DnsConfig NONE = new DnsConfig(List.of(), List.of(), List.of());

  public DnsConfig {
    servers = List.copyOf(servers);
    searches = List.copyOf(searches);
    options = List.copyOf(options);
  }

  public boolean hasNothing() {
    return servers.isEmpty() && searches.isEmpty() && options.isEmpty();
  }
}
