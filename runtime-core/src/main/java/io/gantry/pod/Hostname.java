package io.gantry.pod;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The host name a pod gets. */
final class Hostname {

  /** sethostname(2) takes no more. */
  private static final int LONGEST = 64;

  private Hostname() {}

  /** The one asked for; else the machine's with the machine's network; else the pod's name. */
  static String of(PodSpec spec) {
    if (!spec.hostname().isEmpty()) {
      return cut(spec.hostname());
    }
    if (spec.namespaces().network() == NamespaceMode.NODE) {
      return machine();
    }
    return cut(spec.metadata().name());
  }

  private static String cut(String name) {
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "localhost";
    }
  }
}
