package io.gantry.streaming;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One direction of a stream, towards the client. Waits while the client does not read. */
interface Outlet {

  /**
   * Sends all the bytes; the buffer is not to be changed afterwards.
   *
   * @throws IOException when the client is gone
   */
  void write(ByteBuffer bytes) throws IOException;

  /** The end of this stream, where the protocol can tell it. */
  void end() throws IOException;

  /** The end of this stream before its time, where the protocol can tell the difference. */
  default void abort() throws IOException {
    end();
  }
}
