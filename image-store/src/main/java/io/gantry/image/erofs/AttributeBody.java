package io.gantry.image.erofs;

import io.gantry.image.error.ImageException;
import io.gantry.linux.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** Extended attributes as they follow an inode: a head of 12 bytes, then one after the other. */
final class AttributeBody {

  private static final int HEAD = 12;
  private static final int ENTRY_HEAD = 4;
  private static final int UNIT = 4;
  private static final int LONGEST_VALUE = 0xFFFF;

  /** What a later entry may add: that a directory starts empty. */
  private static final int RESERVE = 64;

  /** What {@code i_xattr_icount} of 16 bits can count. */
  private static final int LARGEST = HEAD + (0xFFFF - 1) * UNIT - RESERVE;

  /** A prefix that is written as a number ({@code EROFS_XATTR_INDEX_*}). */
  private record Prefix(String text, int index, boolean whole) {
    boolean of(String name) {
      return whole ? name.equals(text) : name.startsWith(text) && name.length() > text.length();
    }
  }

  private static final List<Prefix> PREFIXES =
      List.of(
          new Prefix("user.", 1, false),
          new Prefix("system.posix_acl_access", 2, true),
          new Prefix("system.posix_acl_default", 3, true),
          new Prefix("trusted.", 4, false),
          new Prefix("security.", 6, false));

  private AttributeBody() {}

  /**
   * Whether the format knows such a name. Overlay's own attributes are no image's business, however
   * they would be written.
   */
  static boolean canHold(String name) {
    return !name.startsWith("trusted.overlay.")
        && !name.startsWith("user.overlay.")
        && PREFIXES.stream().anyMatch(prefix -> prefix.of(name));
  }

  /** Bytes that the node's attributes take; 0 without any. */
  static int size(Node node) {
    if (node.attributes().isEmpty()) {
      return 0;
    }
    int size = HEAD;
    for (Map.Entry<String, byte[]> attribute : node.attributes().entrySet()) {
      size += size(attribute.getKey(), attribute.getValue());
    }
    return size;
  }

  private static int size(String name, byte[] value) {
    int plain = ENTRY_HEAD + suffix(name, prefix(name)).length + value.length;
    return (plain + UNIT - 1) / UNIT * UNIT;
  }

  /** What the inode says of a body of so many bytes. */
  static int count(int size) {
    return size == 0 ? 0 : (size - HEAD) / UNIT + 1;
  }

  /**
   * Refuses what the format's fields cannot count.
   *
   * @param entry that brings the attributes, for messages
   */
  static void requireRoom(Node node, String entry) throws ImageException {
    boolean fits =
        node.attributes().values().stream().allMatch(value -> value.length <= LONGEST_VALUE)
            && node.attributes().keySet().stream()
                .allMatch(name -> suffix(name, prefix(name)).length <= 255)
            && size(node) <= LARGEST;
    if (!fits) {
      throw new ImageException.Refused(
          "tar entry " + entry, "its extended attributes are too large", "do not trust this image");
    }
  }

  static byte[] of(Node node) {
    ByteBuffer body = ByteBuffer.allocate(size(node)).order(ByteOrder.LITTLE_ENDIAN);
    body.position(HEAD);
    for (Map.Entry<String, byte[]> attribute : node.attributes().entrySet()) {
      int start = body.position();
      Prefix prefix = prefix(attribute.getKey());
      byte[] name = suffix(attribute.getKey(), prefix);
      byte[] value = attribute.getValue();
      body.put((byte) name.length);
      body.put((byte) prefix.index());
      body.putShort((short) value.length);
      body.put(name).put(value);
      body.position(start + size(attribute.getKey(), value));
    }
    return body.array();
  }

  private static Prefix prefix(String name) {
    return PREFIXES.stream().filter(prefix -> prefix.of(name)).findFirst().orElseThrow();
  }

  private static byte[] suffix(String name, Prefix prefix) {
    return KernelText.bytes(name.substring(prefix.text().length()));
  }
}
