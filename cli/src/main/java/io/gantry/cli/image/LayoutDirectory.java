package io.gantry.cli.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.cli.session.CliException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory with an OCI layout (image spec, image-layout.md) as the tar that the daemon takes:
 * made while it is read, one file open at a time.
 */
final class LayoutDirectory {
  private static final int BLOCK = 512;
  private static final int LONGEST_NAME = 100;

  private LayoutDirectory() {}

  static InputStream open(Path directory) throws IOException {
    if (!Files.exists(directory.resolve("oci-layout"))) {
      throw CliException.failed(
          directory
              + " is no OCI layout: there is no oci-layout in it; give an archive or a layout");
    }
    var parts =
        Stream.concat(files(directory).stream().flatMap(file -> parts(directory, file)), end());
    return new Joined(parts.iterator());
  }

  /** What belongs to the layout, in a fixed order; what else lies there stays. */
  private static List<Path> files(Path directory) throws IOException {
    var blobs = directory.resolve("blobs");
    var top = Stream.of("oci-layout", "index.json").map(directory::resolve);
    if (!Files.isDirectory(blobs)) {
      return top.filter(Files::isRegularFile).toList();
    }
    try (var below = Files.walk(blobs, 2)) {
      return Stream.concat(top, below.sorted()).filter(Files::isRegularFile).toList();
    }
  }

  /** One piece of the tar, opened when its turn comes. */
  private interface Part {
    InputStream open() throws IOException;
  }

  private static Stream<Part> parts(Path directory, Path file) {
    var name = directory.relativize(file).toString();
    return Stream.of(
        () -> bytes(head(name, Files.size(file))),
        () -> Files.newInputStream(file),
        () -> bytes(new byte[padding(Files.size(file))]));
  }

  private static Stream<Part> end() {
    return Stream.of(() -> bytes(new byte[2 * BLOCK]));
  }

  private static InputStream bytes(byte[] content) {
    return new ByteArrayInputStream(content);
  }

  /** One piece after the other. */
  private static final class Joined extends InputStream {
    private final Iterator<Part> rest;
    private InputStream current = InputStream.nullInputStream();

    Joined(Iterator<Part> parts) {
      this.rest = parts;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = current.read(target, offset, length);
      while (count < 0 && rest.hasNext()) {
        current.close();
        current = rest.next().open();
        count = current.read(target, offset, length);
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      current.close();
    }
  }

  /** A header, with a pax header before it for a name that does not fit (POSIX.1-2017, pax). */
  private static byte[] head(String name, long size) {
    var out = new ByteArrayOutputStream();
    var bytes = name.getBytes(UTF_8);
    if (bytes.length > LONGEST_NAME) {
      var record = " path=" + name + "\n";
      var length = bytes.length + " path=\n".length() + 3;
      var pax = (length + record).getBytes(UTF_8);
      out.writeBytes(block("pax", 'x', pax.length));
      out.writeBytes(pax);
      out.writeBytes(new byte[padding(pax.length)]);
    }
    out.writeBytes(block(name, '0', size));
    return out.toByteArray();
  }

  private static byte[] block(String name, char type, long size) {
    var block = new byte[BLOCK];
    var bytes = name.getBytes(UTF_8);
    System.arraycopy(bytes, 0, block, 0, Math.min(bytes.length, LONGEST_NAME));
    put(block, 100, "0000644\0" + "0000000\0".repeat(2));
    put(block, 124, octal(size, 11) + "\0" + octal(0, 11) + "\0" + " ".repeat(8) + type);
    put(block, 257, "ustar\0" + "00");
    int sum = 0;
    for (byte each : block) {
      sum += each & 0xff;
    }
    put(block, 148, octal(sum, 6) + "\0 ");
    return block;
  }

  private static String octal(long value, int digits) {
    var text = Long.toOctalString(value);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }

  private static void put(byte[] block, int at, String text) {
    var bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }
}
