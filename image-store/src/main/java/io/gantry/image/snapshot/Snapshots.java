package io.gantry.image.snapshot;

import io.gantry.image.content.Trash;
import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The writable layers of containers: {@code <folder>/<id>/upper} and {@code work}. The folder is
 * the only truth, so nothing is kept in memory. Safe for all threads as long as one id is used by
 * one at a time.
 */
public final class Snapshots {

  /**
   * The mark of an earlier volatile mount, with which overlayfs refuses another one, because the
   * machine may have crashed meanwhile. After that no container starts again.
   */
  private static final String VOLATILE = "work/incompat/volatile";

  /** Beside the directories while the owners of all files are changed, and after that. */
  private static final String SHIFTING = "shifting";

  private static final String SHIFTED = "shifted";

  private final Path folder;
  private final Trash trash;

  /**
   * @param folder exists, on the file system of the trash
   */
  public Snapshots(Path folder, Trash trash) {
    this.folder = folder;
    this.trash = trash;
  }

  /**
   * Makes the directories of a container; a snapshot that is there already is used as it is.
   *
   * @param id letters, digits, dots and dashes
   * @param lower the image's layers, top first; the root directory takes mode and owner from the
   *     top one
   */
  public OverlayDirectories prepare(String id, List<Path> lower) throws ImageException {
    Path snapshot = place(id);
    OverlayDirectories directories =
        new OverlayDirectories(lower, snapshot.resolve("upper"), snapshot.resolve("work"));
    try {
      if (Files.isDirectory(directories.work())) {
        Path mark = directories.work().resolve(VOLATILE);
        Files.deleteIfExists(mark.resolve("dirty"));
        Files.deleteIfExists(mark);
        return directories;
      }
      create(directories, snapshot);
      return directories;
    } catch (IOException e) {
      throw storage(snapshot, "cannot make the writable layer", e);
    }
  }

  /** The work directory comes last: it marks the snapshot as complete. */
  private static void create(OverlayDirectories directories, Path snapshot) throws IOException {
    Files.createDirectories(snapshot);
    Files.createDirectories(directories.upper());
    if (directories.lower().isEmpty()) {
      Files.setPosixFilePermissions(
          directories.upper(), PosixFilePermissions.fromString("rwxr-xr-x"));
    } else {
      likeBelow(directories.lower().getFirst(), directories.upper());
    }
    Files.createDirectory(directories.work());
  }

  private static void likeBelow(Path below, Path upper) throws IOException {
    for (String attribute : List.of("unix:uid", "unix:gid", "unix:mode")) {
      Object wanted = Files.getAttribute(below, attribute);
      if (!wanted.equals(Files.getAttribute(upper, attribute))) {
        Files.setAttribute(upper, attribute, wanted);
      }
    }
  }

  /**
   * Says that owners in a snapshot are about to be shifted. One that a crash has left half shifted
   * is made anew; no container has run in it.
   *
   * @param id of a prepared snapshot
   * @param lower as for {@link #prepare}
   * @return false when they are shifted already
   */
  public boolean beginShift(String id, List<Path> lower) throws ImageException {
    Path snapshot = place(id);
    try {
      if (Files.exists(snapshot.resolve(SHIFTED))) {
        return false;
      }
      if (Files.exists(snapshot.resolve(SHIFTING))) {
        trash.take(snapshot);
        var _ = prepare(id, lower);
      }
      Files.createFile(snapshot.resolve(SHIFTING));
      return true;
    } catch (IOException e) {
      throw storage(snapshot, "cannot note that owners are shifted", e);
    }
  }

  /** Says that all owners in a snapshot are shifted. */
  public void endShift(String id) throws ImageException {
    Path snapshot = place(id);
    try {
      Files.move(snapshot.resolve(SHIFTING), snapshot.resolve(SHIFTED));
    } catch (IOException e) {
      throw storage(snapshot, "cannot note that owners are shifted", e);
    }
  }

  /**
   * Where a container's changes lie for those who read nothing else.
   *
   * @throws ImageException when they are of use only together with the layers below
   */
  public Path changes(String id) throws ImageException {
    if (Files.exists(place(id).resolve(SHIFTED))) {
      throw new ImageException.Invalid(
          "container " + id,
          "its files have the owners of a user namespace, because this machine cannot map those of"
              + " layers; what is its own cannot be told from the image's",
          "commit a container without a user namespace, or on a node that maps owners");
    }
    return upper(id);
  }

  /** Where a container's changes lie, in the form of overlayfs. */
  public Path upper(String id) throws ImageException {
    Path upper = place(id).resolve("upper");
    if (!Files.isDirectory(upper)) {
      throw new ImageException.NotFound(
          "writable layer of " + id, "it is gone", "see what containers there are");
    }
    return upper;
  }

  /**
   * Removes a snapshot: gone at once for everybody who looks, deleted later. Unknown ids are fine.
   */
  public void remove(String id) throws ImageException {
    Path snapshot = place(id);
    try {
      trash.take(snapshot);
    } catch (IOException e) {
      throw storage(snapshot, "cannot remove the writable layer", e);
    }
  }

  /** The ids of all snapshots, complete or not. */
  public Set<String> ids() throws ImageException {
    try (Stream<Path> entries = Files.list(folder)) {
      Set<String> ids = new TreeSet<>();
      entries.forEach(entry -> ids.add(String.valueOf(entry.getFileName())));
      return ids;
    } catch (IOException e) {
      throw storage(folder, "cannot list the writable layers", e);
    }
  }

  /** Where all of a container lies, for what goes with it. */
  Path place(String id) throws ImageException {
    boolean legal =
        !id.isEmpty()
            && id.length() <= 128
            && !id.startsWith(".")
            && id.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '.');
    if (!legal) {
      throw new ImageException.Invalid(
          "snapshot \"" + id + "\"", "an id has letters, digits, dots and dashes", "");
    }
    return folder.resolve(id);
  }

  private static ImageException storage(Path subject, String reason, IOException cause) {
    return new ImageException.Storage(
        subject.toString(), reason + ": " + cause, "check the disk of the image store", cause);
  }
}
