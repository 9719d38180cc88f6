package io.gantry.shim;

import io.gantry.linux.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** One message of the shim's protocol (shim/README.md): its type and its payload. */
record Frame(int type, ByteBuffer payload) {

  static final int HEADER = 8;
  static final int LARGEST = 1 << 20;

  static final int STATUS = 1;
  static final int SIGNAL = 2;
  static final int EXEC = 3;
  static final int STDIN = 4;
  static final int RESIZE = 5;
  static final int REOPEN_LOG = 6;
  static final int ATTACH = 7;

  static final int STATE = 64;
  static final int DONE = 65;
  static final int EXEC_STARTED = 66;
  static final int EXEC_FAILED = 67;
  static final int STDOUT = 68;
  static final int STDERR = 69;
  static final int EXEC_EXITED = 70;
  static final int STDIN_TAKEN = 71;
  static final int SKIPPED = 72;

  Frame {
    payload = payload.order(ByteOrder.LITTLE_ENDIAN);
  }

  static Frame of(int type, int... numbers) {
    ByteBuffer payload = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    payload.order(ByteOrder.LITTLE_ENDIAN);
    for (int number : numbers) {
      payload.putInt(number);
    }
    return new Frame(type, payload.flip());
  }

  static Frame of(int type, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer payload = ByteBuffer.allocate(Integer.BYTES + utf8.length);
    payload.order(ByteOrder.LITTLE_ENDIAN).putInt(utf8.length).put(utf8);
    return new Frame(type, payload.flip());
  }

  /** Header and payload, ready to be written. */
  ByteBuffer encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + payload.remaining());
    out.order(ByteOrder.LITTLE_ENDIAN).putInt(payload.remaining()).putInt(type);
    return out.put(payload.duplicate()).flip();
  }

  int number() throws IOException {
    return need(Integer.BYTES).getInt();
  }

  long longNumber() throws IOException {
    return need(Long.BYTES).getLong();
  }

  String text() throws IOException {
    byte[] utf8 = new byte[need(Integer.BYTES).getInt()];
    need(utf8.length).get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  StepFailure failure() throws IOException {
    int index = number();
    Errno errno = new Errno(number());
    String step = text();
    String subject = text();
    return new StepFailure(index, step, subject, errno, text());
  }

  private ByteBuffer need(int bytes) throws IOException {
    if (bytes < 0 || payload.remaining() < bytes) {
      throw new IOException("frame of type " + type + " from the shim is too short");
    }
    return payload;
  }
}
