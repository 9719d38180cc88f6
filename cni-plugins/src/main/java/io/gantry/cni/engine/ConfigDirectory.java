package io.gantry.cni.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gantry.cni.spec.CniException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The directory of network configurations. Asked, it looks at the files' times and reads again what
 * changed: nothing has to be told of a change, and nothing misses one. Safe for use by several
 * threads.
 */
final class ConfigDirectory {

  private static final long UNSEEN = -1;

  /** No network's configuration is nearly as large. */
  private static final long LARGEST = 1 << 20;

  private static final List<String> SUFFIXES = List.of(".conflist", ".conf", ".json");

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * What the directory says.
   *
   * @param lists in the order of the files' names
   */
  record Content(List<NetworkList> lists, List<ConfigProblem> problems) {

    static final Content NONE = new Content(List.of(), List.of());

    Content {
      lists = List.copyOf(lists);
      problems = List.copyOf(problems);
    }

    boolean isEmpty() {
      return lists.isEmpty() && problems.isEmpty();
    }
  }

  /** By what a change of a file shows, also of one that is written in place. */
  private record Stamp(long size, FileTime time, @Nullable Object key) {

    /** Of a file that cannot be looked at: the reason stands for it. */
    static Stamp unseen(IOException reason) {
      return new Stamp(UNSEEN, FileTime.fromMillis(0), reason.toString());
    }
  }

  private record Known(SortedMap<Path, Stamp> stamps, Content content) {}

  private final Path directory;
  private volatile Known known = new Known(new TreeMap<>(), Content.NONE);

  ConfigDirectory(Path directory) {
    this.directory = directory;
  }

  /** What it says now. */
  Content content() {
    Known before = known;
    try {
      SortedMap<Path, Stamp> stamps = stamps();
      if (stamps.equals(before.stamps())) {
        return before.content();
      }
      Content content = read(stamps);
      known = new Known(stamps, content);
      return content;
    } catch (IOException e) {
      return new Content(
          List.of(), List.of(new ConfigProblem(directory.toString(), 0, "cannot read: " + e)));
    }
  }

  private SortedMap<Path, Stamp> stamps() throws IOException {
    SortedMap<Path, Stamp> stamps = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (SUFFIXES.stream().anyMatch(file.getFileName().toString()::endsWith)) {
          stamp(file, stamps);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException none) {
      return new TreeMap<>();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return stamps;
  }

  private static void stamp(Path file, SortedMap<Path, Stamp> stamps) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.isRegularFile()) {
        stamps.put(
            file,
            new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey()));
      }
    } catch (IOException e) {
      stamps.put(file, Stamp.unseen(e));
    }
  }

  private static Content read(SortedMap<Path, Stamp> files) {
    List<NetworkList> lists = new ArrayList<>();
    List<ConfigProblem> problems = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    for (Map.Entry<Path, Stamp> entry : files.entrySet()) {
      Path file = entry.getKey();
      Stamp stamp = entry.getValue();
      if (stamp.size() == UNSEEN || stamp.size() > LARGEST) {
        String why = stamp.size() == UNSEEN ? "cannot read: " + stamp.key() : "is too large";
        problems.add(new ConfigProblem(file.toString(), 0, why));
        continue;
      }
      String text = "";
      try {
        text = Files.readString(file);
        NetworkList list = NetworkList.read(JSON.readTree(text), file.toString());
        String other = names.putIfAbsent(list.name(), file.toString());
        if (other == null) {
          lists.add(list);
        } else {
          problems.add(
              new ConfigProblem(
                  file.toString(),
                  new FieldLines(text).of("name"),
                  "network " + list.name() + " is in " + other + " already"));
        }
      } catch (JsonProcessingException e) {
        problems.add(
            new ConfigProblem(
                file.toString(), e.getLocation().getLineNr(), e.getOriginalMessage()));
      } catch (CniException e) {
        problems.add(
            new ConfigProblem(file.toString(), new FieldLines(text).of(e.field()), e.getMessage()));
      } catch (IOException e) {
        problems.add(new ConfigProblem(file.toString(), 0, "cannot read: " + e));
      }
    }
    return new Content(lists, problems);
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
