package io.gantry.conformance.leak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** The processes of the machine, and what is only reachable through them. */
final class Processes {

  private static final Path PROC = Path.of("/proc");

  private final List<Seen> all;

  private Processes(List<Seen> all) {
    this.all = List.copyOf(all);
  }

  /**
   * One process.
   *
   * @param namespaces such as {@code net:[4026531840]}
   * @param mountNamespace one of them
   */
  private record Seen(
      long pid, String command, String name, Set<String> namespaces, String mountNamespace) {}

  static Processes now() throws IOException {
    List<Seen> seen = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        try {
          seen.add(look(entry));
        } catch (IOException gone) {
          // A process that ended between the listing and the look is not there.
        }
      }
    }
    return new Processes(seen);
  }

  private static Seen look(Path entry) throws IOException {
    Set<String> namespaces = new HashSet<>();
    String mounts = "";
    try (DirectoryStream<Path> links = Files.newDirectoryStream(entry.resolve("ns"))) {
      for (Path link : links) {
        String target = namespace(link);
        // An empty one is that of a zombie or of a kernel thread.
        if (!target.isEmpty()) {
          namespaces.add(target);
        }
        if (link.endsWith("mnt")) {
          mounts = target;
        }
      }
    }
    String command =
        new String(Files.readAllBytes(entry.resolve("cmdline")), StandardCharsets.UTF_8)
            .replace('\0', ' ')
            .strip();
    String name = Files.readString(entry.resolve("comm")).strip();
    long pid = Long.parseLong(String.valueOf(entry.getFileName()));
    return new Seen(pid, command, name, namespaces, mounts);
  }

  private static String namespace(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException unreadable) {
      return "";
    }
  }

  /** Namespaces that a process is in, or that a mount keeps alive. */
  NavigableSet<String> namespaces() throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    all.forEach(process -> seen.addAll(process.namespaces()));
    for (String mount : mounts()) {
      if (mount.startsWith("nsfs ")) {
        seen.add(mount.split(" ", 3)[1]);
      }
    }
    return seen;
  }

  /**
   * The mounts of all mount namespaces, as {@code fstype root mountpoint source}. What two
   * namespaces have in common is one.
   */
  NavigableSet<String> mounts() throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    Set<String> visited = new HashSet<>();
    for (Seen process : all) {
      if (!process.mountNamespace().isEmpty() && visited.add(process.mountNamespace())) {
        seen.addAll(mountsSeenBy(process.pid()));
      }
    }
    return seen;
  }

  private static List<String> mountsSeenBy(long pid) {
    try {
      return Files.readAllLines(PROC.resolve(Long.toString(pid)).resolve("mountinfo")).stream()
          .map(Processes::mount)
          .toList();
    } catch (IOException gone) {
      return List.of();
    }
  }

  private static String mount(String line) {
    // proc_pid_mountinfo(5): id parent device root mountpoint options [tags] - fstype source rest
    String[] halves = line.split(" - ", 2);
    String[] left = halves[0].split(" ", -1);
    String[] right = halves[1].split(" ", -1);
    return String.join(" ", right[0], left[3], left[4], right[1]);
  }

  /** What is named gantry, and what lives in a mount namespace other than ours. */
  NavigableSet<String> ofRuntime() {
    String ours = namespace(PROC.resolve("self/ns/mnt"));
    NavigableSet<String> seen = new TreeSet<>();
    for (Seen process : all) {
      boolean elsewhere =
          !process.mountNamespace().isEmpty() && !process.mountNamespace().equals(ours);
      boolean named = process.name().startsWith("gantry") || isGantry(process.command());
      if ((elsewhere || named) && process.pid() != ProcessHandle.current().pid()) {
        String words = process.command().isEmpty() ? "[" + process.name() + "]" : process.command();
        seen.add(process.pid() + " " + brief(words));
      }
    }
    return seen;
  }

  private static boolean isGantry(String command) {
    return command.split(" ", 2)[0].matches("(.*/)?gantry[^/]*");
  }

  private static String brief(String words) {
    return words.length() <= 120 ? words : words.substring(0, 120) + "...";
  }
}
