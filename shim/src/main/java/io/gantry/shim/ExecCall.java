package io.gantry.shim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One exec on its own connection, from the request to the last byte of its output. */
final class ExecCall {

  private static final int TIMED_OUT = 1;
  private static final int OUTPUT_CUT = 2;

  private final ShimConnection connection;
  private final int limit;
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private boolean truncated;

  ExecCall(ShimConnection connection, int limit) {
    this.connection = connection;
    this.limit = limit;
  }

  ExecResult run(Frame request) throws IOException {
    connection.write(request);
    while (true) {
      Frame frame = connection.read();
      switch (frame.type()) {
        case Frame.STDOUT -> keep(stdout, frame.payload());
        case Frame.STDERR -> keep(stderr, frame.payload());
        case Frame.EXEC_FAILED -> throw new ShimFailure(frame.failure());
        case Frame.EXEC_EXITED -> {
          return result(frame);
        }
        default -> {
          // The state that greets each connection, and EXEC_STARTED, say nothing new here.
        }
      }
    }
  }

  private void keep(ByteArrayOutputStream sink, ByteBuffer bytes) {
    int room = Math.min(limit - sink.size(), bytes.remaining());
    sink.write(bytes.array(), bytes.arrayOffset() + bytes.position(), room);
    truncated |= room < bytes.remaining();
  }

  private ExecResult result(Frame frame) throws IOException {
    int code = frame.number();
    frame.number();
    int flags = frame.number();
    return new ExecResult(
        code,
        ByteBuffer.wrap(stdout.toByteArray()),
        ByteBuffer.wrap(stderr.toByteArray()),
        (flags & TIMED_OUT) != 0,
        truncated || (flags & OUTPUT_CUT) != 0);
  }
}
