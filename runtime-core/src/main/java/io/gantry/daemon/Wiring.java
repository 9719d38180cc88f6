package io.gantry.daemon;

import io.gantry.cni.NetworkStatus;
import io.gantry.config.Config;
import io.gantry.image.ImageStore;
import io.gantry.image.ImageStoreSettings;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.linux.Syscalls;
import io.gantry.rpc.Edge;
import io.gantry.rpc.ObjectDetails;
import java.io.IOException;

/** Makes the services and gives each what it needs. */
final class Wiring {

  private Wiring() {}

  static Services services(Config config, Syscalls syscalls) throws IOException {
    ImageStore images = ImageStore.open(imageSettings(config), syscalls);
    DaemonNode node =
        new DaemonNode(
            config, () -> NetworkStatus.down("NotThereYet", "this build has no network yet"));
    Edge edge = new Edge(NotYet.PODS, NotYet.CONTAINERS, images, node, ObjectDetails.NONE);
    return new Services(edge, () -> {}, images::close);
  }

  private static ImageStoreSettings imageSettings(Config config) {
    ImageStoreSettings defaults = ImageStoreSettings.at(config.root().resolve("images"));
    return new ImageStoreSettings(
        defaults.root(),
        defaults.platform(),
        defaults.registry(),
        defaults.privileges(),
        new UnpackLimits(config.image().maxLayerBytes(), defaults.limits().maxEntries()),
        config.image().parallelLayers(),
        config.image().pinned());
  }
}
