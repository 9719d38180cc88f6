package io.gantry.linux.systemd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** A value of a unit's property in one of the D-Bus types that such properties have. */
sealed interface UnitValue {

  /** {@code t} without a limit. */
  Whole INFINITY = new Whole(-1);

  /** As D-Bus writes the type. */
  String signature();

  /** {@code s}. */
  record Text(String text) implements UnitValue {
    @Override
    public String signature() {
      return "s";
    }
  }

  /** {@code b}. */
  record Flag(boolean set) implements UnitValue {
    @Override
    public String signature() {
      return "b";
    }
  }

  /** {@code t}: 64 bits without a sign. */
  record Whole(long value) implements UnitValue {
    @Override
    public String signature() {
      return "t";
    }
  }

  /**
   * {@code ay}.
   *
   * @param hex the bytes, first one first, in a form that can be compared
   */
  record Bits(String hex) implements UnitValue {

    static Bits of(byte[] bytes) {
      return new Bits(HexFormat.of().formatHex(bytes));
    }

    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }

    @Override
    public String signature() {
      return "ay";
    }
  }

  /** {@code au} with one pid in it. */
  record Pid(int pid) implements UnitValue {

    byte[] bytes() {
      return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(pid).array();
    }

    @Override
    public String signature() {
      return "au";
    }
  }

  /** Text as C reads it. */
  static byte[] terminated(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }
}
