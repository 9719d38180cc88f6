package io.gantry.shim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** One field of a step: knows its bytes on the wire and its text in a listing. */
sealed interface Field {

  int size();

  void putTo(ByteBuffer out);

  String listing();

  /** A field of 32 bits. */
  sealed interface Word extends Field {
    int bits();

    @Override
    default int size() {
      return Integer.BYTES;
    }

    @Override
    default void putTo(ByteBuffer out) {
      out.putInt(bits());
    }
  }

  /** A number without sign. */
  record U32(int bits) implements Word {
    @Override
    public String listing() {
      return Integer.toUnsignedString(bits);
    }
  }

  /** A number with sign. */
  record I32(int bits) implements Word {
    @Override
    public String listing() {
      return Integer.toString(bits);
    }
  }

  /** A descriptor by its place in the plan's list. */
  record Descriptor(int bits) implements Word {
    @Override
    public String listing() {
      return "fd" + bits;
    }
  }

  /** 64 bits, printed without sign. */
  record U64(long value) implements Field {
    @Override
    public int size() {
      return Long.BYTES;
    }

    @Override
    public void putTo(ByteBuffer out) {
      out.putLong(value);
    }

    @Override
    public String listing() {
      return Long.toUnsignedString(value);
    }
  }

  /** UTF-8 with a closing NUL, so that the shim points into the plan instead of copying. */
  record Text(String value) implements Field {
    public Text {
      if (value.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("text with a NUL cannot be passed to the kernel");
      }
    }

    @Override
    public int size() {
      return Integer.BYTES + utf8().length + 1;
    }

    @Override
    public void putTo(ByteBuffer out) {
      byte[] utf8 = utf8();
      out.putInt(utf8.length + 1).put(utf8).put((byte) 0);
    }

    private byte[] utf8() {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String listing() {
      StringBuilder quoted = new StringBuilder("\"");
      for (byte each : utf8()) {
        boolean plain = each >= ' ' && each < 0x7f && each != '"' && each != '\\';
        quoted.append(plain ? String.valueOf((char) each) : String.format("\\x%02x", each));
      }
      return quoted.append('"').toString();
    }
  }

  /** Raw bytes; a listing only tells how many. */
  record Data(ByteBuffer value) implements Field {
    static Data of(byte[] bytes) {
      return new Data(ByteBuffer.wrap(bytes.clone()));
    }

    @Override
    public int size() {
      return Integer.BYTES + value.remaining();
    }

    @Override
    public void putTo(ByteBuffer out) {
      out.putInt(value.remaining()).put(value.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public String listing() {
      return "bytes(" + value.remaining() + ")";
    }
  }

  /** A counted list of fields of one kind. */
  record Many(List<? extends Field> items) implements Field {
    public Many {
      items = List.copyOf(items);
    }

    static Many texts(List<String> values) {
      return new Many(values.stream().map(Text::new).toList());
    }

    static Many numbers(List<Integer> values) {
      return new Many(values.stream().map(U32::new).toList());
    }

    @Override
    public int size() {
      return Integer.BYTES + items.stream().mapToInt(Field::size).sum();
    }

    @Override
    public void putTo(ByteBuffer out) {
      out.putInt(items.size());
      items.forEach(item -> item.putTo(out));
    }

    @Override
    public String listing() {
      return items.stream().map(Field::listing).collect(Collectors.joining(" ", "[", "]"));
    }
  }
}
