package io.gantry.daemon;

import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkStatus;
import io.gantry.cni.PodNetwork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a network that is not ready to try again, so that what a person has mended is seen at the
 * next look.
 */
final class NetworkReadiness {

  private static final Logger log = LoggerFactory.getLogger(NetworkReadiness.class);

  private final PodNetwork network;

  NetworkReadiness(PodNetwork network) {
    this.network = network;
  }

  NetworkStatus status() {
    if (!network.status().ready()) {
      try {
        network.ensure();
      } catch (NetworkException e) {
        log.debug("network still not ready: {}", e.getMessage());
      }
    }
    return network.status();
  }
}
