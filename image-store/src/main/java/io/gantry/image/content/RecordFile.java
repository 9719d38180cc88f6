package io.gantry.image.content;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Small files that are either whole or not there: written aside, synced, renamed. JSON of records
 * whose first field is their version; unknown fields are ignored so that an older daemon can read.
 */
public final class RecordFile {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final AtomicLong SEQUENCE = new AtomicLong(System.nanoTime());

  private RecordFile() {}

  /** Writes a record as JSON, synced, visible at once or not at all. */
  public static void write(Path staging, Path target, Object content) throws IOException {
    writeBytes(staging, target, JSON.writeValueAsBytes(content));
  }

  /**
   * Writes bytes.
   *
   * @param staging a folder on the target's file system that is emptied at start
   */
  static void writeBytes(Path staging, Path target, byte[] content) throws IOException {
    Path aside = staging.resolve("record-" + SEQUENCE.incrementAndGet());
    try {
      writeSynced(aside, content);
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(aside);
      } catch (IOException cleanup) {
        e.addSuppressed(cleanup);
      }
      throw e;
    }
  }

  private static void writeSynced(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /** Writes a record that becomes durable with the directory it is in. */
  static void writeUnsynced(Path target, Object content) throws IOException {
    Files.write(target, JSON.writeValueAsBytes(content));
  }

  /** Reads a record; what is not one is an {@link IOException} naming the file. */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    try {
      return JSON.readValue(Files.readAllBytes(file), type);
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not a record: " + e.getOriginalMessage(), e);
    }
  }
}
