package io.gantry.image.erofs;

import io.gantry.linux.FileFlags;
import io.gantry.linux.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The content of a directory: blocks that each begin with entries of 12 bytes and go on with the
 * names, all in the order of the names' bytes, which the kernel searches by halves.
 */
final class DirectoryBlocks {

  private static final int ENTRY = 12;
  private static final byte[] SELF = {'.'};
  private static final byte[] UP = {'.', '.'};

  /** An entry, with its name as the kernel gets it. */
  private static final class Name {
    private final byte[] bytes;
    private final Node node;

    Name(byte[] bytes, Node node) {
      this.bytes = bytes;
      this.node = node;
    }

    byte[] bytes() {
      return bytes;
    }

    Node node() {
      return node;
    }
  }

  private final List<List<Name>> blocks;

  private DirectoryBlocks(List<List<Name>> blocks) {
    this.blocks = blocks;
  }

  static DirectoryBlocks of(Node directory, Node parent) {
    List<Name> names = new ArrayList<>(directory.children().size() + 2);
    names.add(new Name(SELF, directory));
    names.add(new Name(UP, parent));
    for (Map.Entry<String, Node> child : directory.children().entrySet()) {
      names.add(new Name(KernelText.bytes(child.getKey()), child.getValue()));
    }
    names.sort((one, other) -> Arrays.compareUnsigned(one.bytes(), other.bytes()));
    return new DirectoryBlocks(cut(names));
  }

  private static List<List<Name>> cut(List<Name> names) {
    List<List<Name>> blocks = new ArrayList<>();
    int start = 0;
    int used = 0;
    for (int i = 0; i < names.size(); i++) {
      int more = ENTRY + names.get(i).bytes().length;
      if (used + more > BlockFile.BLOCK) {
        blocks.add(names.subList(start, i));
        start = i;
        used = 0;
      }
      used += more;
    }
    blocks.add(names.subList(start, names.size()));
    return blocks;
  }

  /** Bytes: whole blocks, and what the last one holds. */
  int size() {
    return (blocks.size() - 1) * BlockFile.BLOCK + used(blocks.getLast());
  }

  private static int used(List<Name> block) {
    return block.stream().mapToInt(name -> ENTRY + name.bytes().length).sum();
  }

  /** Once all nodes have their slots. */
  byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < blocks.size(); i++) {
      write(blocks.get(i), out, i * BlockFile.BLOCK);
    }
    return out.array();
  }

  private static void write(List<Name> block, ByteBuffer out, int start) {
    int nameOffset = block.size() * ENTRY;
    out.position(start);
    for (Name name : block) {
      out.putLong(name.node().slot).putShort((short) nameOffset);
      out.put(fileType(name.node())).put((byte) 0);
      nameOffset += name.bytes().length;
    }
    for (Name name : block) {
      out.put(name.bytes());
    }
  }

  /** As fs_types.h of the kernel numbers them ({@code FT_*}). */
  private static byte fileType(Node node) {
    return switch (node.type()) {
      case FileFlags.S_IFREG -> 1;
      case FileFlags.S_IFDIR -> 2;
      case FileFlags.S_IFCHR -> 3;
      case FileFlags.S_IFBLK -> 4;
      case FileFlags.S_IFIFO -> 5;
      case FileFlags.S_IFLNK -> 7;
      default -> throw new IllegalStateException("no type of a tar: " + node.type());
    };
  }
}
