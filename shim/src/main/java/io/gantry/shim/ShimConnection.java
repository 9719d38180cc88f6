package io.gantry.shim;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * One connection to a shim: whole frames in and out. Reads belong to one thread; writes may come
 * from several. Blocks, so it is meant for virtual threads.
 */
final class ShimConnection implements AutoCloseable {

  private final SocketChannel channel;
  private final ByteBuffer header =
      ByteBuffer.allocate(Frame.HEADER).order(ByteOrder.LITTLE_ENDIAN);

  private ShimConnection(SocketChannel channel) {
    this.channel = channel;
  }

  static ShimConnection open(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new ShimConnection(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  void write(Frame frame) throws IOException {
    ByteBuffer bytes = frame.encode();
    synchronized (channel) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** The next frame; {@link EOFException} when the shim has closed. */
  Frame read() throws IOException {
    fill(header.clear());
    int length = header.getInt(0);
    if (length < 0 || length > Frame.LARGEST) {
      throw new IOException("frame of " + length + " bytes from the shim");
    }
    ByteBuffer payload = ByteBuffer.allocate(length);
    fill(payload);
    return new Frame(header.getInt(4), payload.flip());
  }

  private void fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("the shim has closed the connection");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
