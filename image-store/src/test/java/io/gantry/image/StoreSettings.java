package io.gantry.image;

import io.gantry.image.layer.Privileges;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.image.manifest.Platform;
import io.gantry.image.registry.RegistrySettings;
import java.nio.file.Path;
import java.util.List;

/** The settings of stores in tests, which anybody may run and whose images are for one platform. */
public final class StoreSettings {

  private static final Platform AMD64 = new Platform("linux", "amd64", "");

  private StoreSettings() {}

  public static ImageStoreSettings at(Path root) {
    return of(root, UnpackLimits.DEFAULT, 2, List.of(), false);
  }

  static ImageStoreSettings limited(Path root, UnpackLimits limits) {
    return of(root, limits, 2, List.of(), false);
  }

  /** One layer after the other, so that each run does the same. */
  static ImageStoreSettings inOrder(Path root) {
    return of(root, UnpackLimits.DEFAULT, 1, List.of(), false);
  }

  static ImageStoreSettings pinned(Path root, String name) {
    return of(root, UnpackLimits.DEFAULT, 2, List.of(name), false);
  }

  static ImageStoreSettings keeping(Path root, boolean blobs) {
    return of(root, UnpackLimits.DEFAULT, 2, List.of(), blobs);
  }

  private static ImageStoreSettings of(
      Path root, UnpackLimits limits, int parallelLayers, List<String> pinned, boolean keepBlobs) {
    return new ImageStoreSettings(
        root,
        AMD64,
        RegistrySettings.DEFAULT,
        Privileges.NONE,
        limits,
        parallelLayers,
        pinned,
        keepBlobs,
        null);
  }
}
