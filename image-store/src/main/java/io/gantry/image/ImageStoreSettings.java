package io.gantry.image;

import io.gantry.image.layer.Privileges;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.image.manifest.Platform;
import io.gantry.image.registry.RegistrySettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a store works.
 *
 * @param root absolute; everything of the store is below it, on one file system
 * @param platform which image of an index fits this machine
 * @param registry timeouts and endpoints
 * @param privileges what this process may do; root may do all
 * @param limits what a layer may grow to
 * @param parallelLayers how many layers are downloaded and unpacked at a time, over all pulls
 * @param keepBlobs whether the compressed layers that come from now on are kept, so that images
 *     leave with the digests that they came with
 * @param policy file that says which signatures pulled images need, or null when they need none
 * @param pinned full names ({@code registry/repository:tag}) that must not be garbage collected
 */
public record ImageStoreSettings(
    Path root,
    Platform platform,
    RegistrySettings registry,
    Privileges privileges,
    UnpackLimits limits,
    int parallelLayers,
    List<String> pinned,
    boolean keepBlobs,
    @Nullable Path policy) {

  public ImageStoreSettings {
    if (!root.isAbsolute()) {
      throw new IllegalArgumentException("image store root " + root + " is not absolute");
    }
    if (parallelLayers < 1 || parallelLayers > 64) {
      throw new IllegalArgumentException("parallelLayers must be from 1 to 64");
    }
    pinned = List.copyOf(pinned);
  }

  /** The defaults below a root: layers are kept unpacked only, and all images are taken. */
  public static ImageStoreSettings at(Path root) {
    return new ImageStoreSettings(
        root,
        Platform.ofProcessor(),
        RegistrySettings.DEFAULT,
        Privileges.ROOT,
        UnpackLimits.DEFAULT,
        2,
        List.of(),
        false,
        null);
  }

  /** The same with other timeouts and endpoints. */
  public ImageStoreSettings withRegistry(RegistrySettings other) {
    return new ImageStoreSettings(
        root, platform, other, privileges, limits, parallelLayers, pinned, keepBlobs, policy);
  }

  /** The same with another policy. */
  public ImageStoreSettings withPolicy(@Nullable Path other) {
    return new ImageStoreSettings(
        root, platform, registry, privileges, limits, parallelLayers, pinned, keepBlobs, other);
  }
}
