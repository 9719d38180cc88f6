package io.gantry.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.gantry.api.gantry.v1.ExportImageResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/**
 * Bytes for a client, sent in chunks no faster than it takes them. One thread writes; made before
 * the call's method returns.
 */
final class ChunkSink extends OutputStream {

  private static final int CHUNK = 256 << 10;

  private final ServerCallStreamObserver<ExportImageResponse> call;

  /** Given whenever the transport asks for more; who finds it not ready waits for the next. */
  private final Semaphore nudges = new Semaphore(0);

  private byte[] chunk = new byte[CHUNK];
  private int filled;

  ChunkSink(ServerCallStreamObserver<ExportImageResponse> call) {
    this.call = call;
    call.setOnReadyHandler(nudges::release);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int n = Math.min(length - done, CHUNK - filled);
      System.arraycopy(bytes, offset + done, chunk, filled, n);
      filled += n;
      done += n;
      if (filled == CHUNK) {
        send();
      }
    }
  }

  /** Sends what is left of the last chunk. */
  void finish() throws IOException {
    if (filled > 0) {
      send();
    }
  }

  private void send() throws IOException {
    awaitReady();
    byte[] full = filled == CHUNK ? chunk : Arrays.copyOf(chunk, filled);
    ByteString bytes = UnsafeByteOperations.unsafeWrap(full);
    call.onNext(ExportImageResponse.newBuilder().setChunk(bytes).build());
    // The transport may still read the old one.
    chunk = new byte[CHUNK];
    filled = 0;
  }

  private void awaitReady() throws IOException {
    try {
      while (!call.isReady()) {
        nudges.acquire();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the client hung up");
    }
  }
}
