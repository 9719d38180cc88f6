package io.gantry.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of one kind, each in a directory of its own: {@code <root>/<id>/record.json}, replaced by
 * rename so that a reader sees the old or the new one and never a part. Writers of one id must not
 * overlap.
 *
 * @param <T> the record type
 */
public final class RecordFiles<T> {

  private static final Logger log = LoggerFactory.getLogger(RecordFiles.class);
  private static final int VERSION = 1;
  private static final String FILE = "record.json";
  private static final String STAGED = "record.json.new";
  private static final String DAMAGED = "record.json.damaged";

  private final Path root;
  private final String kind;
  private final Class<T> type;

  /**
   * @param root made when missing
   * @param kind written into each record and expected when reading
   */
  public RecordFiles(Path root, String kind, Class<T> type) {
    this.root = root;
    this.kind = kind;
    this.type = type;
  }

  /** The directory of an object, where what belongs to it can lie beside the record. */
  public Path directory(String id) {
    return root.resolve(Ids.checked(id));
  }

  /** Writes or replaces the record. */
  public void write(String id, T body) throws IOException {
    Path directory = Files.createDirectories(directory(id));
    ObjectNode envelope = Json.MAPPER.createObjectNode();
    envelope.put("version", VERSION).put("kind", kind).set("body", Json.MAPPER.valueToTree(body));
    Path staged = directory.resolve(STAGED);
    Files.write(staged, Json.MAPPER.writeValueAsBytes(envelope));
    Files.move(
        staged,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes the record first, then what lies beside it. A record that is gone is fine. */
  public void delete(String id) throws IOException {
    Path directory = directory(id);
    Files.deleteIfExists(directory.resolve(FILE));
    Trees.delete(directory);
  }

  /**
   * Reads every record. One that cannot be read is set aside under another name and reported; a
   * directory without a record is what an interrupted write or delete left, and is removed.
   */
  public List<T> all() throws IOException {
    Files.createDirectories(root);
    List<T> records = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
      for (Path directory : directories) {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
          read(directory, records);
        }
      }
    }
    return records;
  }

  private void read(Path directory, List<T> records) throws IOException {
    Path file = directory.resolve(FILE);
    try {
      records.add(parse(Files.readAllBytes(file)));
    } catch (NoSuchFileException _) {
      if (!Files.exists(directory.resolve(DAMAGED))) {
        Trees.delete(directory);
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      Files.move(file, directory.resolve(DAMAGED), StandardCopyOption.REPLACE_EXISTING);
      log.error(
          "record set aside as damaged kind={} file={}: {}",
          kind,
          directory.resolve(DAMAGED),
          e.getMessage());
    }
  }

  private T parse(byte[] bytes) throws IOException {
    JsonNode envelope = Json.MAPPER.readTree(bytes);
    int version = envelope.path("version").asInt();
    if (version != VERSION || !kind.equals(envelope.path("kind").asText())) {
      throw new IOException(
          "expected a "
              + kind
              + " of version "
              + VERSION
              + ", found a "
              + envelope.path("kind").asText("record without kind")
              + " of version "
              + version);
    }
    return Json.MAPPER.treeToValue(envelope.path("body"), type);
  }
}
