package io.gantry.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one netlink(7) request: header, the family's fixed part, attributes that may be nested.
 * The sequence number is set by the socket that sends it.
 */
final class NetlinkMessage {

  static final int HEADER_BYTES = 16;
  private static final int CAPACITY = 1024;
  private static final int ATTRIBUTE_HEADER_BYTES = 4;
  private static final int NESTED = 0x8000;

  /** The part of a message that a nested attribute holds. */
  @FunctionalInterface
  interface Part {
    void write(NetlinkMessage message);
  }

  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.nativeOrder());
  private final int type;

  /**
   * @param type {@code RTM_*}
   * @param flags {@code NLM_F_*}; {@code NLM_F_REQUEST} is added
   */
  NetlinkMessage(int type, int flags) {
    this.type = type;
    bytes.putInt(0).putShort((short) type).putShort((short) (flags | Rtnetlink.NLM_F_REQUEST));
    bytes.putInt(0).putInt(0);
  }

  int type() {
    return type;
  }

  NetlinkMessage u8(int value) {
    bytes.put((byte) value);
    return this;
  }

  NetlinkMessage u16(int value) {
    bytes.putShort((short) value);
    return this;
  }

  NetlinkMessage u32(int value) {
    bytes.putInt(value);
    return this;
  }

  /** {@code struct ifinfomsg} with the flags to set, each of which is also put into the mask. */
  NetlinkMessage link(int index, int flags) {
    return u8(Rtnetlink.AF_UNSPEC).u8(0).u16(0).u32(index).u32(flags).u32(flags);
  }

  NetlinkMessage attribute(int attribute, byte[] value) {
    return nested(attribute, 0, inner -> inner.bytes.put(value));
  }

  NetlinkMessage attribute(int attribute, int value) {
    return nested(attribute, 0, inner -> inner.bytes.putInt(value));
  }

  NetlinkMessage attributeByte(int attribute, int value) {
    return nested(attribute, 0, inner -> inner.bytes.put((byte) value));
  }

  NetlinkMessage attributeShort(int attribute, int value) {
    return nested(attribute, 0, inner -> inner.bytes.putShort((short) value));
  }

  /** A string with the closing zero that the kernel wants for names. */
  NetlinkMessage attribute(int attribute, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    return nested(attribute, 0, inner -> inner.bytes.put(text).put((byte) 0));
  }

  NetlinkMessage nested(int attribute, Part content) {
    return nested(attribute, NESTED, content);
  }

  private NetlinkMessage nested(int attribute, int mark, Part content) {
    int start = bytes.position();
    bytes.putShort((short) 0).putShort((short) (attribute | mark));
    content.write(this);
    bytes.putShort(start, (short) (bytes.position() - start));
    pad();
    return this;
  }

  private void pad() {
    while (bytes.position() % ATTRIBUTE_HEADER_BYTES != 0) {
      bytes.put((byte) 0);
    }
  }

  /** The finished message, ready to be sent. */
  ByteBuffer finish(int sequence) {
    ByteBuffer message = bytes.duplicate().order(ByteOrder.nativeOrder()).flip();
    message.putInt(0, message.limit());
    message.putInt(8, sequence);
    return message;
  }
}
