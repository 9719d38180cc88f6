package io.gantry.shim;

import java.nio.ByteBuffer;
import java.util.List;

/** One line of a {@link Plan}: an operation and its fields in wire order. */
record Step(Op op, List<Field> fields) {

  private static final int HEADER = Short.BYTES + Integer.BYTES;

  Step {
    fields = List.copyOf(fields);
  }

  static Step of(Op op, Field... fields) {
    return new Step(op, List.of(fields));
  }

  int size() {
    return HEADER + payload();
  }

  private int payload() {
    return fields.stream().mapToInt(Field::size).sum();
  }

  void putTo(ByteBuffer out) {
    out.putShort((short) op.number()).putInt(payload());
    fields.forEach(field -> field.putTo(out));
  }

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(op.label());
    fields.forEach(field -> line.append(' ').append(field.listing()));
    return line.toString();
  }
}
