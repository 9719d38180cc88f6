package io.gantry.image.erofs;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.Deletion;
import io.gantry.image.layer.EntryPath;
import io.gantry.image.layer.LayerSize;
import io.gantry.image.layer.TarEntry;
import io.gantry.linux.FileFlags;
import io.gantry.linux.KernelText;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tree that the entries of a layer make, with the rules that hold when they are unpacked into a
 * directory: what stands in an entry's way goes, parents may be links but never lead out, and
 * deletions concern the layers below only, in whatever order they come. One thread.
 */
final class LayerTree {

  private static final int IMPLIED_MODE = 0755;

  private final Node root = Node.directory(IMPLIED_MODE);
  private final Admission admission;
  private final Deletions deletions;
  private final Parents parents;

  LayerTree(LayerSize size, TreeWeight weight) {
    this.admission = new Admission(size, weight);
    this.deletions = new Deletions(admission);
    this.parents = new Parents(root, deletions, admission);
  }

  Node root() {
    return root;
  }

  /**
   * Takes the entry in.
   *
   * @return the file that the content following the entry belongs to
   */
  @Nullable Node apply(TarEntry entry) throws IOException {
    EntryPath path = EntryPath.of(entry.name());
    if (path.isRoot()) {
      if (entry.kind() != TarEntry.Kind.DIRECTORY) {
        throw refused(entry, "the root can only be a directory");
      }
      describe(root, entry);
      return null;
    }
    Node parent = parents.make(path.parent(), entry.name());
    if (Deletion.isOne(path.last())) {
      deletions.apply(parent, path.last(), entry.name());
      return null;
    }
    return switch (entry.kind()) {
      case DIRECTORY -> {
        directory(parent, path.last(), entry);
        yield null;
      }
      case FILE -> put(parent, path.last(), Node.of(FileFlags.S_IFREG), entry);
      case SYMLINK -> {
        symlink(parent, path.last(), entry);
        yield null;
      }
      case HARD_LINK -> {
        hardLink(parent, path, entry);
        yield null;
      }
      case CHARACTER_DEVICE -> {
        device(parent, path.last(), FileFlags.S_IFCHR, entry);
        yield null;
      }
      case BLOCK_DEVICE -> {
        device(parent, path.last(), FileFlags.S_IFBLK, entry);
        yield null;
      }
      case FIFO -> {
        put(parent, path.last(), Node.of(FileFlags.S_IFIFO), entry);
        yield null;
      }
    };
  }

  private void directory(Node parent, String name, TarEntry entry) throws IOException {
    Node there = parent.children().get(name);
    if (there != null && there.isDirectory()) {
      describe(there, entry);
      return;
    }
    Node made = put(parent, name, Node.directory(0), entry);
    if (there != null && there.isWhiteout()) {
      deletions.startEmpty(made);
    }
  }

  private void symlink(Node parent, String name, TarEntry entry) throws IOException {
    if (entry.linkName().isEmpty()) {
      throw new ImageException.Corrupt(
          "tar entry " + entry.name(), "the link has no target", "build the image again", null);
    }
    EntryPath.requireShallow(entry.linkName(), entry.name(), "the target of the link");
    if (KernelText.bytes(entry.linkName()).length >= BlockFile.BLOCK) {
      throw refused(entry, "it holds a name that is too long for a file");
    }
    Node link = Node.of(FileFlags.S_IFLNK);
    link.target = entry.linkName();
    put(parent, name, link, entry);
    link.mode = FileFlags.S_IFLNK | 0777;
  }

  private void device(Node parent, String name, int type, TarEntry entry) throws IOException {
    Node device = Node.of(type);
    device.place = encoded(entry.deviceMajor(), entry.deviceMinor());
    if (device.isWhiteout()) {
      throw refused(entry, "character device 0:0 would hide files of the layers below");
    }
    put(parent, name, device, entry);
  }

  /** As {@code new_encode_dev} in the kernel's kdev_t.h: minor in two parts around the major. */
  private static int encoded(int major, int minor) {
    return (minor & 0xFF) | major << 8 | (minor & ~0xFF) << 12;
  }

  private void hardLink(Node parent, EntryPath path, TarEntry entry) throws IOException {
    EntryPath target = EntryPath.ofLink(entry);
    if (target.isRoot() || target.full().equals(path.full())) {
      throw refused(entry, "it is a hard link to " + entry.linkName());
    }
    Node linked = linked(target, entry);
    if (parent.children().remove(path.last()) != null) {
      // What was in the way may have been on the way.
      linked = linked(target, entry);
    }
    admission.name(path.last(), entry.name());
    parent.children().put(path.last(), linked);
  }

  private Node linked(EntryPath target, TarEntry entry) throws IOException {
    Node directory = parents.existing(target.parent(), entry.name());
    Node linked = directory == null ? null : directory.children().get(target.last());
    if (linked == null) {
      throw new ImageException.Corrupt(
          "tar entry " + entry.name(),
          "it is a hard link to " + entry.linkName() + ", which this layer does not have",
          "build the image again",
          null);
    }
    if (linked.isDirectory() || linked.isWhiteout()) {
      throw refused(entry, "it is a hard link to " + entry.linkName() + ", which is no file");
    }
    return linked;
  }

  private Node put(Node parent, String name, Node node, TarEntry entry) throws IOException {
    admission.node(name, node, entry.name());
    describe(node, entry);
    parent.children().put(name, node);
    return node;
  }

  private void describe(Node node, TarEntry entry) throws IOException {
    node.mode = node.type() | (entry.mode() & 07777);
    node.uid = entry.uid();
    node.gid = entry.gid();
    node.modified(entry.modified());
    for (Map.Entry<String, byte[]> attribute : entry.xattrs().entrySet()) {
      if (AttributeBody.canHold(attribute.getKey())) {
        admission.attribute(attribute.getKey(), attribute.getValue());
        node.attribute(attribute.getKey(), attribute.getValue());
      }
    }
    AttributeBody.requireRoom(node, entry.name());
  }

  private static ImageException refused(TarEntry entry, String reason) {
    return new ImageException.Refused(
        "tar entry " + entry.name(), reason, "do not trust this image");
  }
}
