package io.gantry.image.snapshot;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.DirectoryUnpacker;
import io.gantry.image.layer.LayerTar;
import io.gantry.image.layer.Privileges;
import io.gantry.image.layer.TarReader;
import io.gantry.image.layer.Tree;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The directories of the volumes that images declare (OCI image spec, config.md, {@code Volumes}):
 * each container has its own, which begin with what the image has there and go with the writable
 * layer that they lie beside. The folder is the only truth. Safe for all threads as long as one id
 * is used by one at a time.
 */
public final class DeclaredVolumes {

  private static final String FOLDER = "volumes";

  /** Until all are filled; a crash leaves it, and the next try deletes it. */
  private static final String UNFINISHED = "volumes.new";

  private static final int LONGEST_NAME = 255;
  private static final int PERMISSIONS = 07777;

  /** What is mounted there is not the image's to say. */
  private static final Set<String> NOT_ITS_OWN = Set.of("/proc", "/dev", "/sys");

  private final FileCalls files;
  private final Snapshots snapshots;
  private final Privileges privileges;
  private final DirectoryUnpacker unpacker;

  public DeclaredVolumes(
      FileCalls files, Snapshots snapshots, Privileges privileges, UnpackLimits limits) {
    this.files = files;
    this.snapshots = snapshots;
    this.privileges = privileges;
    this.unpacker = new DirectoryUnpacker(files, privileges, limits);
  }

  /** Has a say about files before they are used. */
  public interface Owners {

    void give(Fd directory) throws IOException;
  }

  /**
   * The paths in a container that an image declares, without those that it cannot have.
   *
   * @param declared as the image says it
   * @throws ImageException when one is no path
   */
  public static Set<String> paths(Collection<String> declared) throws ImageException {
    Set<String> paths = new TreeSet<>();
    for (String text : declared) {
      try {
        Path path = Path.of("/").resolve(text).normalize();
        if (path.getNameCount() > 0 && NOT_ITS_OWN.stream().noneMatch(path::startsWith)) {
          paths.add(path.toString());
        }
      } catch (InvalidPathException e) {
        throw new ImageException.Invalid(
            "volume \"" + text + "\"", "the image declares what is no path", "mend the image");
      }
    }
    return paths;
  }

  /**
   * Makes and fills the directories of a container; those that are there already stay as they are.
   *
   * @param id of a prepared snapshot
   * @param image its files, with the owners that they have in the image
   * @param paths as {@link #paths} tells them
   */
  public void fill(String id, Fd image, Collection<String> paths, Owners owners)
      throws ImageException {
    Path snapshot = snapshots.place(id);
    try {
      if (Files.isDirectory(snapshot.resolve(FOLDER))) {
        return;
      }
      Path begun = snapshot.resolve(UNFINISHED);
      Tree.delete(files, begun);
      Files.createDirectory(begun);
      for (String path : paths) {
        copy(image, path, begun.resolve(name(path)));
      }
      try (Fd all = files.open(begun, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
        owners.give(all);
      }
      Files.move(begun, snapshot.resolve(FOLDER));
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "container " + id,
          "cannot fill the volumes that its image declares: " + e.getMessage(),
          "check the disk of the image store",
          e);
    }
  }

  private void copy(Fd image, String path, Path target) throws IOException {
    int directory = FileFlags.O_RDONLY | FileFlags.O_DIRECTORY;
    try (Fd source = files.openat2(image, path.substring(1), OpenHow.inRoot(directory));
        LayerTar tar = LayerTar.of(files, source.path(), privileges)) {
      var _ = unpacker.unpack(new TarReader(tar), target);
      FileStatus like = files.statx(source, "");
      files.fchownat(Fd.CWD, target.toString(), like.uid(), like.gid());
      files.fchmodat(Fd.CWD, target.toString(), like.mode() & PERMISSIONS);
    } catch (SyscallException e) {
      if (e.is(Errno.ENOTDIR)) {
        throw new ImageException.Invalid(
            "volume " + path,
            "the image declares a volume where it has a file",
            "mend the image, or set declared_volumes = false below [image]");
      }
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
      Files.createDirectory(target);
    }
  }

  private static String name(String path) throws ImageException {
    String name = URLEncoder.encode(path, StandardCharsets.UTF_8);
    if (name.length() > LONGEST_NAME) {
      throw new ImageException.Invalid(
          "volume " + path, "the image declares a path that is too long", "shorten it");
    }
    return name;
  }

  /** The directories of a container by their paths in it; empty where there are none. */
  public SortedMap<String, Path> of(String id) throws ImageException {
    Path folder = snapshots.place(id).resolve(FOLDER);
    SortedMap<String, Path> volumes = new TreeMap<>();
    if (!Files.isDirectory(folder)) {
      return volumes;
    }
    try (Stream<Path> all = Files.list(folder)) {
      all.forEach(each ->
          volumes.put(
              URLDecoder.decode(String.valueOf(each.getFileName()), StandardCharsets.UTF_8), each));
      return volumes;
    } catch (IOException e) {
      throw new ImageException.Storage(
          folder.toString(), "cannot list volumes: " + e, "check the disk of the image store", e);
    }
  }
}
