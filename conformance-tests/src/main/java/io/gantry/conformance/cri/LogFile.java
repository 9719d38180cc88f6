package io.gantry.conformance.cri;

import com.google.protobuf.ByteString;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * A container's log in the form that kubelet reads: {@code time stream tag content}, one record a
 * line.
 */
public record LogFile(List<Line> lines) {

  /** Longest beginning of a record: time, stream and tag with a space behind each. */
  private static final int HEADER = 48;

  /**
   * One record.
   *
   * @param partial the tag is {@code P}: the next record goes on with the same line of output
   * @param content without the newline that ends the record
   */
  public record Line(OffsetDateTime time, String stream, boolean partial, ByteString content) {

    public String text() {
      return content.toStringUtf8();
    }
  }

  public LogFile {
    lines = List.copyOf(lines);
  }

  /** Reads all whole records; what follows the last newline is refused. */
  public static LogFile read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Line> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(line(file, bytes, start, i));
        start = i + 1;
      }
    }
    if (start != bytes.length) {
      throw new IOException(file + ": the last record has no newline");
    }
    return new LogFile(lines);
  }

  /**
   * Copies what the container wrote to its standard output, byte for byte but for a missing final
   * newline: for logs that are too long to be held as records.
   */
  public static void copyOutput(Path file, OutputStream to) throws IOException {
    try (InputStream records = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      ByteArrayOutputStream header = new ByteArrayOutputStream(HEADER);
      for (int first = records.read(); first >= 0; first = records.read()) {
        header.reset();
        header.write(first);
        for (int words = 0; words < 3 && header.size() < HEADER; ) {
          int next = records.read();
          header.write(next);
          words += next == ' ' ? 1 : 0;
        }
        copyContent(records, header.toString(StandardCharsets.ISO_8859_1), to, file);
      }
    }
  }

  private static void copyContent(InputStream records, String header, OutputStream to, Path file)
      throws IOException {
    boolean whole = header.endsWith(" stdout F ");
    if (!whole && !header.endsWith(" stdout P ")) {
      throw new IOException(file + ": not a record of standard output: " + header);
    }
    int next = records.read();
    for (; next >= 0 && next != '\n'; next = records.read()) {
      to.write(next);
    }
    if (next < 0) {
      throw new IOException(file + ": the last record has no newline");
    }
    if (whole) {
      to.write('\n');
    }
  }

  private static Line line(Path file, byte[] bytes, int start, int end) throws IOException {
    // ISO 8859-1 keeps one char for each byte, so that positions agree.
    String record = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    String[] words = record.split(" ", 4);
    boolean known = words.length == 4 && words[1].matches("stdout|stderr");
    if (!known || !words[2].matches("[PF]")) {
      throw new IOException(file + ": not a log record: " + record);
    }
    return new Line(
        OffsetDateTime.parse(words[0]),
        words[1],
        words[2].equals("P"),
        ByteString.copyFrom(words[3], StandardCharsets.ISO_8859_1));
  }

  /** What the container wrote to one stream, byte for byte, but for a missing final newline. */
  public byte[] stream(String stream) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    for (Line line : lines) {
      if (line.stream().equals(stream)) {
        output.writeBytes(line.content().toByteArray());
        if (!line.partial()) {
          output.write('\n');
        }
      }
    }
    return output.toByteArray();
  }

  /** The text of one stream. */
  public String text(String stream) {
    return new String(stream(stream), StandardCharsets.UTF_8);
  }
}
