package io.gantry.cli.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.cli.session.CliException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket connection (RFC 6455) whose messages begin with the number of their stream. One
 * thread reads; any may write.
 */
final class ChannelSocket implements AutoCloseable {
  static final int STDIN = 0;
  static final int STDOUT = 1;
  static final int STDERR = 2;
  static final int ERROR = 3;
  static final int RESIZE = 4;

  /** Its message holds the number of a stream that has ended. */
  static final int CLOSE = 255;

  private static final String PROTOCOL = "v5.channel.k8s.io";
  private static final int MASK = 4;
  private static final int LONGEST_HEAD = 16 * 1024;
  private static final int LONGEST_FRAME = 64 * 1024 * 1024;

  // Opcodes.
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int END = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private static final int FINAL = 0x80;
  private static final int SHORT = 126;
  private static final int LONG = 127;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final SecureRandom random = new SecureRandom();
  private int current = -1;

  /** A piece of one stream. */
  @SuppressWarnings("ArrayRecordComponent")
  record Piece(int channel, byte[] bytes) {}

  private ChannelSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
    this.out = socket.getOutputStream();
  }

  /**
   * Connects to a URL that the daemon has given.
   *
   * @throws CliException when it is refused there
   */
  static ChannelSocket connect(String url) throws IOException {
    var uri = URI.create(url);
    var socket =
        uri.getScheme().equals("https")
            ? SSLSocketFactory.getDefault().createSocket(uri.getHost(), uri.getPort())
            : new Socket(uri.getHost(), uri.getPort());
    try {
      socket.setTcpNoDelay(true);
      var connected = new ChannelSocket(socket);
      connected.upgrade(uri);
      return connected;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void upgrade(URI uri) throws IOException {
    var key = new byte[16];
    random.nextBytes(key);
    var request =
        List.of(
            "GET " + uri.getPath() + " HTTP/1.1",
            "Host: " + uri.getAuthority(),
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + Base64.getEncoder().encodeToString(key),
            "Sec-WebSocket-Protocol: " + PROTOCOL,
            "",
            "");
    out.write(String.join("\r\n", request).getBytes(ISO_8859_1));
    out.flush();
    var head = head();
    if (!head.startsWith("HTTP/1.1 101")) {
      var why = new String(in.readNBytes(LONGEST_HEAD), UTF_8).strip();
      throw CliException.failed(
          "the stream was refused: " + (why.isEmpty() ? head.lines().findFirst().orElse("") : why));
    }
    if (!head.contains(PROTOCOL)) {
      throw CliException.failed("the runtime does not speak " + PROTOCOL + ", which streams need");
    }
  }

  private String head() throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      if (head.length() > LONGEST_HEAD) {
        throw new IOException("the answer to the upgrade is too long");
      }
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** Sends bytes of a stream. */
  void send(int channel, byte[] bytes, int length) throws IOException {
    var message = new byte[1 + length];
    message[0] = (byte) channel;
    System.arraycopy(bytes, 0, message, 1, length);
    frame(BINARY, message);
  }

  /** Tells that a stream has ended. */
  void end(int channel) throws IOException {
    send(CLOSE, new byte[] {(byte) channel}, 1);
  }

  /** What clients send is masked; against whom, section 10.3 of the RFC tells. */
  private synchronized void frame(int opcode, byte[] payload) throws IOException {
    var frame = ByteBuffer.allocate(14 + payload.length);
    frame.put((byte) (FINAL | opcode));
    if (payload.length < SHORT) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length <= 0xffff) {
      frame.put((byte) (0x80 | SHORT)).putShort((short) payload.length);
    } else {
      frame.put((byte) (0x80 | LONG)).putLong(payload.length);
    }
    var mask = new byte[MASK];
    random.nextBytes(mask);
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i % MASK]));
    }
    out.write(frame.array(), 0, frame.position());
    out.flush();
  }

  /** The next piece of any stream, or null when the other side has ended the connection. */
  @Nullable Piece next() throws IOException {
    while (true) {
      int first;
      try {
        first = in.readUnsignedByte();
      } catch (EOFException e) {
        return null;
      }
      var payload = in.readNBytes(length());
      switch (first & 0x0f) {
        case PING -> frame(PONG, payload);
        case END -> {
          return null;
        }
        case TEXT, BINARY -> {
          if (payload.length > 0) {
            current = payload[0] & 0xff;
            return new Piece(current, Arrays.copyOfRange(payload, 1, payload.length));
          }
        }
        case CONTINUATION -> {
          return new Piece(current, payload);
        }
        default -> {
          // Pongs that nobody asked for.
        }
      }
    }
  }

  private int length() throws IOException {
    int length = in.readUnsignedByte() & 0x7f;
    long whole = length == SHORT ? in.readUnsignedShort() : length == LONG ? in.readLong() : length;
    if (whole < 0 || whole > LONGEST_FRAME) {
      throw new IOException("a message of " + whole + " bytes is too long");
    }
    return (int) whole;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
