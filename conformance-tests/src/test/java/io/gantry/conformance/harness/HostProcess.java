package io.gantry.conformance.harness;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.KeyValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;

/**
 * The host's view of a container's process, found by a mark in its environment, since CRI does not
 * tell a pid.
 */
public record HostProcess(long pid) {

  private static final Path PROC = Path.of("/proc");

  /** A word that no other process carries. */
  public record Mark(String value) {

    public static Mark fresh() {
      return new Mark(UUID.randomUUID().toString());
    }

    /** Puts the mark on a container to be. */
    public ContainerConfig.Builder on(ContainerConfig.Builder container) {
      return container.addEnvs(
          KeyValue.newBuilder().setKey("MARK").setValue(ByteString.copyFromUtf8(value)));
    }

    /** All processes that carry it, the oldest first. */
    public List<HostProcess> processes() throws IOException {
      List<HostProcess> found = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
        for (Path entry : entries) {
          if (carriedBy(entry)) {
            found.add(new HostProcess(Long.parseLong(String.valueOf(entry.getFileName()))));
          }
        }
      }
      found.sort(Comparator.comparingLong(HostProcess::pid));
      return found;
    }

    private boolean carriedBy(Path entry) {
      try {
        return new String(Files.readAllBytes(entry.resolve("environ")), StandardCharsets.ISO_8859_1)
            .contains("MARK=" + value);
      } catch (IOException gone) {
        return false;
      }
    }

    /**
     * The container's first process, which must come: a runtime may answer the start while the
     * program is still being executed.
     */
    public HostProcess process() {
      return Awaitility.await("a process that carries the mark " + value)
          .until(this::processes, found -> !found.isEmpty())
          .getFirst();
    }
  }

  /**
   * A file of one of the cgroups that the process is in.
   *
   * @param controller such as {@code memory}
   * @param v1 the file's name in a hierarchy of version 1
   * @param v2 the file's name in the unified hierarchy
   */
  public String cgroupFile(String controller, String v1, String v2) throws IOException {
    // cgroups(7): hierarchy-id:controllers:path, with 0::path for the unified hierarchy.
    Optional<String> unified = Optional.empty();
    for (String line : Files.readAllLines(PROC.resolve(pid + "/cgroup"))) {
      String[] words = line.split(":", 3);
      if (List.of(words[1].split(",")).contains(controller)) {
        return Files.readString(Path.of("/sys/fs/cgroup", controller, words[2], v1)).strip();
      }
      if (words[0].equals("0")) {
        unified = Optional.of(words[2]);
      }
    }
    String path = unified.orElseThrow(() -> new IOException("no cgroup of " + controller));
    return Files.readString(Path.of("/sys/fs/cgroup" + path, v2)).strip();
  }

  public boolean alive() {
    return Files.exists(PROC.resolve(Long.toString(pid)));
  }

  /** A field of {@code /proc/PID/status}. */
  public String status(String field) throws IOException {
    return Files.readAllLines(PROC.resolve(pid + "/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .findFirst()
        .orElseThrow(() -> new IOException("no " + field + " in the status of " + pid));
  }
}
