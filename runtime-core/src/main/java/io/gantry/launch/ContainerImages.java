package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ImageUse;
import io.gantry.container.MountSpec;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.image.Image;
import io.gantry.image.ImageHold;
import io.gantry.image.ImageStore;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.reference.Digest;
import io.gantry.image.snapshot.DeclaredVolumes;
import io.gantry.image.snapshot.OverlayDirectories;
import io.gantry.linux.Fd;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.OverlayLayers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The images of containers and the root file systems made of them, as detached overlay mounts that
 * appear in nobody's mount table. One is mounted when the container is created, because users and
 * groups are looked up in it, and kept until the start takes it. Safe for use by many threads, one
 * operation per container at a time.
 */
public final class ContainerImages {

  private static final int NO_ATTRIBUTES = 0;

  /** Between a container's id and the number of an image volume, as the owner of a hold. */
  private static final String VOLUME = "-volume-";

  private static final String VOLUME_PATTERN = VOLUME + "[0-9]+$";

  private final ImageStore images;
  private final DetachedMounts mounts;
  private final MappedRoots roots;
  private final boolean volatileLayers;
  private final boolean declaredVolumes;
  private final ConcurrentHashMap<ContainerId, Fd> waiting = new ConcurrentHashMap<>();

  /**
   * @param roots those of pods with a user namespace
   * @param volatileLayers whether writable layers are mounted with overlay's {@code volatile}
   * @param declaredVolumes whether containers get the volumes that their images declare
   */
  public ContainerImages(
      ImageStore images,
      DetachedMounts mounts,
      MappedRoots roots,
      boolean volatileLayers,
      boolean declaredVolumes) {
    this.images = images;
    this.mounts = mounts;
    this.roots = roots;
    this.volatileLayers = volatileLayers;
    this.declaredVolumes = declaredVolumes;
  }

  /** The image of that name or id, from memory. */
  ImageUse find(String reference) {
    Image image = images.find(reference).orElseThrow(() -> unknown(reference));
    try {
      String byDigest =
          image.repoDigests().isEmpty() ? image.id().toString() : image.repoDigests().getFirst();
      return new ImageUse(image.id().toString(), byDigest, images.config(image).stopSignal());
    } catch (ImageException e) {
      throw unknown(reference);
    }
  }

  private static NotFoundException unknown(String reference) {
    return new NotFoundException(
        new Subject("image", reference),
        "image \"" + reference + "\" is not on this node",
        "pull it first, with gantry pull " + reference);
  }

  ImageConfig config(Container container) throws ImageException {
    return config(container.image().id());
  }

  ImageConfig config(String id) throws ImageException {
    return images.config(images.find(id).orElseThrow(() -> unknown(id)));
  }

  /**
   * Holds the image, makes the writable layer and mounts both; the descriptor stays this object's.
   *
   * @param users the pod's own, to whom the files belong; null for the machine's
   */
  Fd prepare(Container container, @Nullable PodUsers users) throws IOException {
    holdVolumes(container);
    Fd mounted = mount(container, users);
    try {
      fillVolumes(container, users);
    } catch (IOException | RuntimeException e) {
      mounted.close();
      throw e;
    }
    waiting.put(container.id(), mounted);
    return mounted;
  }

  /** The mount for the start, which closes it: the prepared one, or a new one after a restart. */
  Fd take(Container container, @Nullable PodUsers users) throws IOException {
    Fd prepared = waiting.remove(container.id());
    return prepared != null ? prepared : mount(container, users);
  }

  /** Those that the image declares and the request does not bring. */
  private void fillVolumes(Container container, @Nullable PodUsers users) throws IOException {
    Set<String> paths = DeclaredVolumes.paths(config(container).volumes());
    container.spec().mounts().stream()
        .map(mount -> Path.of("/").resolve(mount.containerPath()).normalize().toString())
        .forEach(paths::remove);
    if (paths.isEmpty() || !declaredVolumes) {
      return;
    }
    ImageHold hold = images.hold(Digest.parse(container.image().id()), container.id().value());
    try (Fd files = mounts.overlay(OverlayLayers.readOnly(hold.layers()), NO_ATTRIBUTES)) {
      images
          .volumes()
          .fill(
              container.id().value(),
              files,
              paths,
              directory -> {
                if (users != null) {
                  roots.adopt(directory, users);
                }
              });
    }
  }

  /** What the container asked for, and the volumes that its image declares. */
  ContainerSpec withVolumes(Container container) throws ImageException {
    Map<String, Path> declared = images.volumes().of(container.id().value());
    if (declared.isEmpty()) {
      return container.spec();
    }
    List<MountSpec> all = new ArrayList<>(container.spec().mounts());
    declared.forEach((path, directory) ->
        all.add(
            new MountSpec(
                path,
                directory.toString(),
                false,
                false,
                MountSpec.Propagation.PRIVATE,
                roots.mapsMounts())));
    return container.spec().mounting(all);
  }

  private Fd mount(Container container, @Nullable PodUsers users) throws IOException {
    ImageHold hold = images.hold(Digest.parse(container.image().id()), container.id().value());
    OverlayDirectories directories =
        images.snapshots().prepare(container.id().value(), hold.layers());
    OverlayLayers layers =
        OverlayLayers.writable(directories.lower(), directories.upper(), directories.work());
    OverlayLayers wanted = volatileLayers ? layers.unsynced() : layers;
    return users == null
        ? mounts.overlay(wanted, NO_ATTRIBUTES)
        : roots.root(container.id().value(), wanted, users);
  }

  /**
   * Holds the images of the container's volumes and mounts them, read-only; the caller closes them.
   *
   * @param users as for {@link #prepare}
   */
  List<Fd> volumes(Container container, @Nullable PodUsers users) throws IOException {
    List<Fd> mounted = new ArrayList<>();
    try {
      for (MountSpec.ImageVolume volume : MountSpec.images(container.spec().mounts())) {
        ImageHold hold = hold(container, volume, mounted.size());
        OverlayLayers layers = OverlayLayers.readOnly(hold.layers());
        mounted.add(
            users == null ? mounts.overlay(layers, NO_ATTRIBUTES) : roots.volume(layers, users));
      }
      return mounted;
    } catch (IOException | RuntimeException e) {
      mounted.forEach(Fd::close);
      throw e;
    }
  }

  private ImageHold hold(Container container, MountSpec.ImageVolume volume, int number)
      throws ImageException {
    ImageUse use = Objects.requireNonNull(volume.use(), "resolved when the container was made");
    return images.hold(Digest.parse(use.id()), container.id().value() + VOLUME + number);
  }

  /** Holds the images of a new container's volumes, so that they are there when it starts. */
  private void holdVolumes(Container container) throws ImageException {
    int number = 0;
    for (MountSpec.ImageVolume volume : MountSpec.images(container.spec().mounts())) {
      var _ = hold(container, volume, number++);
    }
  }

  private void releaseVolumes(Container container) throws ImageException {
    int count = MountSpec.images(container.spec().mounts()).size();
    for (int number = 0; number < count; number++) {
      images.release(container.id().value() + VOLUME + number);
    }
  }

  /** Lets go of a mount that no start has taken. */
  void release(ContainerId container) {
    Fd unused = waiting.remove(container);
    if (unused != null) {
      unused.close();
    }
  }

  /** Removes the writable layer and the hold on the image. Gone before is fine. */
  void discard(Container container) throws ImageException {
    ContainerId id = container.id();
    release(id);
    images.snapshots().remove(id.value());
    images.release(id.value());
    releaseVolumes(container);
  }

  /** Removes writable layers and holds of containers that nobody knows. */
  Set<String> sweep(Set<ContainerId> known) throws ImageException {
    Set<String> ids = known.stream().map(ContainerId::value).collect(Collectors.toSet());
    Set<String> removed = new TreeSet<>();
    for (String snapshot : images.snapshots().ids()) {
      if (!ids.contains(snapshot)) {
        images.snapshots().remove(snapshot);
        removed.add("writable layer " + snapshot);
      }
    }
    for (Map.Entry<String, Digest> hold : images.holds().entrySet()) {
      if (!ids.contains(hold.getKey().replaceFirst(VOLUME_PATTERN, ""))) {
        images.release(hold.getKey());
        removed.add("hold on image " + hold.getValue() + " by " + hold.getKey());
      }
    }
    return removed;
  }
}
