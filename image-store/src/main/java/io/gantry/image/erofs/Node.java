package io.gantry.image.erofs;

import io.gantry.linux.FileFlags;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An inode of the image to be. All nodes of a layer are in memory until its end, so it holds
 * little: no content, which is in the file already.
 */
final class Node {

  /** Type and permission bits. */
  int mode;

  int uid;
  int gid;

  /** Counted when the tree is whole. */
  int links;

  private long modifiedSeconds;
  private int modifiedNanos;

  /** Bytes of content. */
  long size;

  /** The first block of the content, or a device's number as the kernel encodes it. */
  int place;

  /** Of a symbolic link, else empty. */
  String target = "";

  /** By full name; in the order of the names, so that equal layers become equal bytes. */
  private @Nullable TreeMap<String, byte[]> attributes;

  /** By name, of a directory. */
  private @Nullable Map<String, Node> children;

  /** Where its inode is in the metadata, in slots of 32 bytes; 0 as long as that is not known. */
  int slot;

  /** Of a directory. */
  @Nullable Node parent;

  private Node(int mode) {
    this.mode = mode;
  }

  static Node directory(int permissions) {
    Node node = new Node(FileFlags.S_IFDIR | permissions);
    node.children = new HashMap<>(4);
    return node;
  }

  /**
   * @param type {@code S_IF*}, no directory's
   */
  static Node of(int type) {
    return new Node(type);
  }

  void modified(Instant time) {
    modifiedSeconds = time.getEpochSecond();
    modifiedNanos = time.getNano();
  }

  Instant modified() {
    return Instant.ofEpochSecond(modifiedSeconds, modifiedNanos);
  }

  int type() {
    return mode & FileFlags.S_IFMT;
  }

  boolean isDirectory() {
    return type() == FileFlags.S_IFDIR;
  }

  boolean isSymlink() {
    return type() == FileFlags.S_IFLNK;
  }

  /** Character device 0:0, which hides a name of the layers below. */
  boolean isWhiteout() {
    return type() == FileFlags.S_IFCHR && place == 0;
  }

  /** Of a directory. */
  Map<String, Node> children() {
    if (children == null) {
      throw new IllegalStateException("no directory");
    }
    return children;
  }

  Map<String, byte[]> attributes() {
    return attributes == null ? Map.of() : attributes;
  }

  void attribute(String name, byte[] value) {
    if (attributes == null) {
      attributes = new TreeMap<>();
    }
    attributes.put(name, value);
  }
}
