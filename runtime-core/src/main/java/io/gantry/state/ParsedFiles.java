package io.gantry.state;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Files that others write and that are read again when they have changed, so that nobody has to
 * tell of a change. Safe for use by many threads.
 */
public final class ParsedFiles<T> {

  /** Reads one file, or fails with what is wrong in it. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(Path file) throws IOException;
  }

  /**
   * A file's content, or what is wrong with it.
   *
   * @param problem empty beside a value
   */
  public record Parsed<T>(@Nullable T value, String problem) {}

  /** By all that tells one file from another: some systems give all files one time. */
  private static final String LOOK = "unix:size,lastModifiedTime,ctime,ino";

  private record Known<T>(Map<String, Object> look, Parsed<T> parsed) {}

  private final Reader<T> reader;
  private final ConcurrentHashMap<Path, Known<T>> read = new ConcurrentHashMap<>();

  public ParsedFiles(Reader<T> reader) {
    this.reader = reader;
  }

  /**
   * The files of a directory in the order of their names; of a missing directory none.
   *
   * @param glob as in {@link Files#newDirectoryStream(Path, String)}
   */
  public SortedMap<Path, Parsed<T>> in(Path directory, String glob) throws IOException {
    SortedMap<Path, Parsed<T>> files = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
      for (Path file : entries) {
        files.put(file, parsed(file));
      }
    } catch (NoSuchFileException | NotDirectoryException _) {
      return files;
    } catch (DirectoryIteratorException e) {
      throw new IOException("list " + directory + ": " + e.getCause(), e);
    }
    read.keySet()
        .removeIf(known -> directory.equals(known.getParent()) && !files.containsKey(known));
    return files;
  }

  private Parsed<T> parsed(Path file) {
    try {
      Map<String, Object> look = Files.readAttributes(file, LOOK);
      Known<T> known = read.get(file);
      if (known == null || !known.look().equals(look)) {
        known = new Known<>(look, readNow(file));
        read.put(file, known);
      }
      return known.parsed();
    } catch (IOException e) {
      return new Parsed<>(null, e.toString());
    }
  }

  private Parsed<T> readNow(Path file) {
    try {
      return new Parsed<>(reader.read(file), "");
    } catch (IOException e) {
      return new Parsed<>(null, String.valueOf(e.getMessage()));
    }
  }
}
