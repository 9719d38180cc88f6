package io.gantry.image.erofs;

import io.gantry.linux.KernelText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Writes what follows the content of the files: the inodes, each with its attributes and, when it
 * is short, its directory or target behind it; then the long ones in blocks of their own; and the
 * superblock. Core on-disk format: https://erofs.docs.kernel.org/en/latest/core_ondisk.html
 */
final class ImageMetadata {

  private static final int MAGIC = 0xE0F5E1E2;
  private static final int SUPERBLOCK_AT = 1024;
  private static final int CHECKSUM_AT = 4;
  private static final int CHECKSUMMED = 1; // EROFS_FEATURE_COMPAT_SB_CHKSUM
  private static final int WITH_MTIME = 2; // EROFS_FEATURE_COMPAT_MTIME
  private static final byte BLOCK_BITS = 12;

  private static final int INODE = 64;
  private static final int SLOT = 32;

  /** Not the very first slot: inode number 0 is no file's. */
  private static final int FIRST_SLOT = INODE / SLOT;

  private static final short EXTENDED_PLAIN = 1;
  private static final short EXTENDED_INLINE = 1 | 2 << 1;

  private final BlockFile file;
  private final Node root;
  private final List<Node> nodes = new ArrayList<>();
  private int firstBlock;
  private int nextBlock;

  ImageMetadata(BlockFile file, Node root) {
    this.file = file;
    this.root = root;
  }

  void write() throws IOException {
    firstBlock = file.block();
    collect();
    int end = assignSlots();
    nextBlock = firstBlock + (end + BlockFile.BLOCK - 1) / BlockFile.BLOCK;
    int afterInodes = nextBlock;
    for (int i = 0; i < nodes.size(); i++) {
      inode(nodes.get(i), i + 1);
    }
    file.fill(BlockFile.BLOCK);
    if (file.block() != afterInodes) {
      throw new IllegalStateException("inodes end at " + file.block() + ", not " + afterInodes);
    }
    for (Node node : nodes) {
      byte[] behind = behind(node);
      if (behind.length > 0 && !isInline(node, behind.length)) {
        file.put(behind);
        file.fill(BlockFile.BLOCK);
      }
    }
    int blocks = file.block();
    file.finish(firstBlock(blocks));
  }

  /** All nodes, each once, however many names it has; parents before their children. */
  private void collect() {
    Deque<Node> directories = new ArrayDeque<>();
    root.parent = root;
    add(root, directories);
    while (!directories.isEmpty()) {
      Node directory = directories.remove();
      int subdirectories = 0;
      for (Node child : directory.children().values()) {
        if (child.isDirectory()) {
          child.parent = directory;
          subdirectories++;
        }
        if (child.slot == 0) {
          add(child, directories);
        }
        child.links++;
      }
      directory.links = 2 + subdirectories;
    }
  }

  private void add(Node node, Deque<Node> directories) {
    node.slot = FIRST_SLOT;
    nodes.add(node);
    if (node.isDirectory()) {
      directories.add(node);
    }
  }

  /** The bytes that all inodes take with what is behind them. */
  private int assignSlots() {
    long at = (long) FIRST_SLOT * SLOT;
    for (Node node : nodes) {
      int attributes = AttributeBody.size(node);
      int behind = behindSize(node);
      int whole = INODE + attributes + (isInline(attributes, behind) ? behind : 0);
      at = start(at, whole);
      node.slot = Math.toIntExact(at / SLOT);
      at += whole;
    }
    return Math.toIntExact(at);
  }

  /** What fits into a block does not begin where it would cross into the next. */
  private static long start(long at, int bytes) {
    long slot = (at + SLOT - 1) / SLOT * SLOT;
    long used = slot % BlockFile.BLOCK;
    boolean crossing = used + Math.min(bytes, BlockFile.BLOCK) > BlockFile.BLOCK;
    return crossing ? slot - used + BlockFile.BLOCK : slot;
  }

  private static boolean isInline(Node node, int behind) {
    return isInline(AttributeBody.size(node), behind);
  }

  private static boolean isInline(int attributes, int behind) {
    return behind > 0 && INODE + attributes + behind <= BlockFile.BLOCK;
  }

  private static int behindSize(Node node) {
    return node.isDirectory() ? directory(node).size() : KernelText.bytes(node.target).length;
  }

  private static byte[] behind(Node node) {
    return node.isDirectory() ? directory(node).bytes() : KernelText.bytes(node.target);
  }

  private static DirectoryBlocks directory(Node node) {
    return DirectoryBlocks.of(node, Objects.requireNonNull(node.parent));
  }

  private void inode(Node node, int number) throws IOException {
    long at = (long) firstBlock * BlockFile.BLOCK + (long) node.slot * SLOT;
    file.zeros(Math.toIntExact(at - file.position()));
    byte[] behind = behind(node);
    boolean inline = isInline(node, behind.length);
    if (behind.length > 0) {
      node.size = behind.length;
    }
    if (behind.length > 0 && !inline) {
      node.place = nextBlock;
      nextBlock += (behind.length + BlockFile.BLOCK - 1) / BlockFile.BLOCK;
    }
    ByteBuffer inode = ByteBuffer.allocate(INODE).order(ByteOrder.LITTLE_ENDIAN);
    inode.putShort(inline ? EXTENDED_INLINE : EXTENDED_PLAIN);
    inode.putShort((short) AttributeBody.count(AttributeBody.size(node)));
    inode.putShort((short) node.mode).putShort((short) 0);
    inode.putLong(node.size).putInt(node.place).putInt(number);
    inode.putInt(node.uid).putInt(node.gid);
    Instant modified = node.modified();
    inode.putLong(modified.getEpochSecond()).putInt(modified.getNano()).putInt(node.links);
    file.put(inode.array());
    if (!node.attributes().isEmpty()) {
      file.put(AttributeBody.of(node));
    }
    if (inline) {
      file.put(behind);
    }
  }

  /** Zeros and, at its place, the superblock. */
  private ByteBuffer firstBlock(int blocks) {
    ByteBuffer block = ByteBuffer.allocate(BlockFile.BLOCK);
    // The checksum is over the rest of the block, in which nothing else lies.
    ByteBuffer rest = block.slice(SUPERBLOCK_AT, BlockFile.BLOCK - SUPERBLOCK_AT);
    rest.order(ByteOrder.LITTLE_ENDIAN);
    rest.putInt(MAGIC).putInt(0).putInt(CHECKSUMMED | WITH_MTIME);
    rest.put(BLOCK_BITS).put((byte) 0).putShort((short) root.slot);
    rest.putLong(nodes.size()).putLong(0).putInt(0);
    rest.putInt(blocks).putInt(firstBlock).putInt(0);
    CRC32C crc = new CRC32C();
    crc.update(rest.rewind());
    // The kernel's crc32c is without the inversion at the end.
    rest.putInt(CHECKSUM_AT, ~(int) crc.getValue());
    return block;
  }
}
