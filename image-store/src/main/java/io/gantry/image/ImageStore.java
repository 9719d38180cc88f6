package io.gantry.image;

import io.gantry.image.content.LayerChoice;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.progress.Progress;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.snapshot.DeclaredVolumes;
import io.gantry.image.snapshot.Snapshots;
import io.gantry.linux.FileCalls;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The images of a node: pulled, unpacked, listed, held, removed. Safe for any number of threads;
 * queries are answered from memory and never wait for a pull.
 *
 * <p>Every failure is an {@link ImageException}. After a failed pull or import nothing of the image
 * is visible.
 */
public interface ImageStore extends AutoCloseable {

  /**
   * Opens the store below {@code settings.root()}, creating it if needed, and removes what an
   * earlier life left half done.
   */
  static ImageStore open(ImageStoreSettings settings, FileCalls files) throws ImageException {
    return open(settings, files, LayerChoice.DIRECTORIES);
  }

  /** Opens a store whose layers may be images of file systems. */
  static ImageStore open(ImageStoreSettings settings, FileCalls files, LayerChoice choice)
      throws ImageException {
    return open(settings, files, choice, WorkObserver.NONE);
  }

  /**
   * Opens a store that tells what it does.
   *
   * @param observer told by the threads that do it
   */
  static ImageStore open(
      ImageStoreSettings settings, FileCalls files, LayerChoice choice, WorkObserver observer)
      throws ImageException {
    return DiskImageStore.open(settings, files, choice, observer);
  }

  /**
   * Brings an image here, or finds out that it is here in the registry's newest state. Calls for
   * the same reference with the same credentials join the one in flight; layers are shared by all.
   * Interrupting the caller gives up waiting; the last one to give up stops the work.
   */
  default Image pull(ImageReference reference, RegistryAuth auth) throws ImageException {
    try (RunningPull pull = begin(reference, auth)) {
      return pull.await();
    }
  }

  /** As {@link #pull}, for those who want to see how far it is; whoever begins closes. */
  RunningPull begin(ImageReference reference, RegistryAuth auth);

  /**
   * Takes images from an OCI layout or docker-archive tar, plain or compressed; the stream is read
   * to its end and not closed.
   *
   * @param name given to the only image of the archive instead of the names inside, or null
   */
  default List<Image> importArchive(InputStream archive, @Nullable ImageReference name)
      throws ImageException {
    return importArchive(archive, name, new Progress());
  }

  /**
   * The same, for those who want to see how far it is.
   *
   * @param progress gets rows when the archive has been read
   */
  List<Image> importArchive(InputStream archive, @Nullable ImageReference name, Progress progress)
      throws ImageException;

  /** All images, oldest first. */
  List<Image> list();

  /**
   * An image by id ({@code sha256:...} or bare hex), unique id prefix, reference with tag or digest
   * in any spelling, or digest of its manifest or index.
   */
  Optional<Image> find(String nameOrId);

  /**
   * Removes an image with all its names. Layers that nothing else uses go too, unless somebody
   * holds the image: then they go with the last hold. Unknown ids are fine.
   */
  void remove(Digest imageId) throws ImageException;

  /** Takes one tag away; the image goes when it was the last. Unknown tags are fine. */
  void untag(ImageReference reference) throws ImageException;

  /** Gives an image one more name, which leaves the image that had it. A digest cannot be given. */
  Image tag(Digest imageId, ImageReference name) throws ImageException;

  /**
   * Makes an image of another and of what a container has changed in its files. It has a config of
   * its own and no digests of manifests.
   *
   * @param stillness is asked to keep the files still for the time they are read
   * @param progress gets a row for each layer, once the container's files have been read
   */
  Image commit(Commit commit, Commit.Stillness stillness, Progress progress) throws ImageException;

  /** The same with nobody watching. */
  default Image commit(Commit commit, Commit.Stillness stillness) throws ImageException {
    return commit(commit, stillness, new Progress());
  }

  /** The steps that made an image, oldest first. */
  List<HistoryStep> history(Image image) throws ImageException;

  /**
   * Makes images ready to leave as one archive. Unless their blobs were kept, their layers are
   * packed anew, and digests may differ from those that they came with. The images stay until the
   * export is closed.
   */
  ImageExport export(List<ImageExport.Wanted> images) throws ImageException;

  /**
   * Brings an image to a registry. Its layers are packed anew as gzip, one at a time, unless their
   * blobs were kept; what the registry has is not sent. Interrupting stops it.
   *
   * @param name what it is to have there
   */
  default PushedImage push(Image image, ImageReference name, RegistryAuth auth)
      throws ImageException {
    return push(image, name, auth, new Progress());
  }

  /**
   * The same, for those who want to see how far it is.
   *
   * @param progress gets a row for each layer
   */
  PushedImage push(Image image, ImageReference name, RegistryAuth auth, Progress progress)
      throws ImageException;

  /** The image's lower directories in overlay order, top first. */
  List<Path> layers(Image image) throws ImageException;

  /** What the image's config says. */
  ImageConfig config(Image image) throws ImageException;

  /**
   * Claims an image for an owner; asking again with the same owner and image gives the same hold.
   *
   * @param owner letters, digits, dots and dashes
   */
  ImageHold hold(Digest imageId, String owner) throws ImageException;

  /** Ends the owner's claim; unknown owners are fine. */
  void release(String owner) throws ImageException;

  /**
   * Every claim, the image by its owner, so that the owner of the store can release those of
   * vanished containers.
   */
  Map<String, Digest> holds();

  /**
   * Looks at all records, documents and layers, byte by byte, while everything else goes on. Waits
   * natively for the disk: platform threads only. Interrupting the caller stops it.
   *
   * @param repair whether to bring what is bad again from the registries of its images; a layer
   *     that containers are made of must wait until they are removed
   * @param logins for those registries, by host as in references
   * @throws ImageException when it cannot look; what it finds goes to the observer
   */
  void check(boolean repair, Map<String, RegistryAuth> logins, CheckObserver observer)
      throws ImageException;

  /** What unpacked layers and documents occupy. */
  FsUsage fsUsage();

  /** Writable layers of containers on the same file system. */
  Snapshots snapshots();

  /** The volumes of containers that their images declare, beside their writable layers. */
  DeclaredVolumes volumes();

  /** Stops pulls and background removals. */
  @Override
  void close();
}
