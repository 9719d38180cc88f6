package io.gantry.image.content;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Small files that are either whole or not there: written aside, synced, renamed. JSON of records
 * whose first field is their version; unknown fields are ignored so that an older daemon can read.
 */
public final class RecordFile {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final AtomicLong SEQUENCE = new AtomicLong(System.nanoTime());

  private final DiskFiles disk;
  private final Path aside;
  private final Path target;

  private RecordFile(DiskFiles disk, Path aside, Path target) {
    this.disk = disk;
    this.aside = aside;
    this.target = target;
  }

  /** The record as it is written. */
  static byte[] bytes(Object content) throws IOException {
    return JSON.writeValueAsBytes(content);
  }

  /** As {@link #prepare(DiskFiles, Path, Path, byte[])}, of a record. */
  public static RecordFile prepare(DiskFiles disk, Path staging, Path target, Object content)
      throws IOException {
    return prepare(disk, staging, target, bytes(content));
  }

  /**
   * Writes a file aside, synced, that {@link #show} puts in its place: what can fail for want of
   * space has then succeeded.
   *
   * @param staging a folder on the target's file system that is emptied at start
   */
  static RecordFile prepare(DiskFiles disk, Path staging, Path target, byte[] content)
      throws IOException {
    RecordFile file =
        new RecordFile(disk, staging.resolve("record-" + SEQUENCE.incrementAndGet()), target);
    try {
      disk.writeSynced(file.aside, content);
    } catch (SyscallException e) {
      file.discard(e);
      throw e;
    }
    return file;
  }

  /** Puts it in its place, whatever was there. */
  public void show() throws SyscallException {
    try {
      disk.move(aside, target);
    } catch (SyscallException e) {
      discard(e);
      throw e;
    }
  }

  /** Gives up what was prepared, because of a failure; shown already is fine. */
  public void discard(Exception failure) {
    try {
      disk.delete(aside);
    } catch (SyscallException cleanup) {
      failure.addSuppressed(cleanup);
    }
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
