package io.gantry.conformance.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a private containerd leaves on a machine: the shims of pods that could not be removed, with
 * their processes and mounts, and things in places that its configuration cannot move.
 */
final class ContainerdTraces {

  /** The containerd namespace of CRI; for pods without a parent also the name of their cgroup. */
  static final String NAMESPACE = "k8s.io";

  /** Shims listen here whatever the configuration says: runtime/v2/shim/util_unix.go, 1.6. */
  private static final Path SHIM_SOCKETS = Path.of("/run/containerd/s");

  /** libcni keeps the answers of plugins here when its caller names no other place. */
  private static final Path PLUGIN_RESULTS = Path.of("/var/lib/cni/results");

  private final Path directory;
  private final Path socket;
  private final String name;
  private final NavigableSet<Path> places;
  private final PluginTables tables;

  private ContainerdTraces(
      Path directory, Path socket, String name, NavigableSet<Path> places, PluginTables tables) {
    this.directory = directory;
    this.socket = socket;
    this.name = name;
    this.places = places;
    this.tables = tables;
  }

  /** Remembers what was there before the daemon was started. */
  static ContainerdTraces before(Path directory, Path socket, String name)
      throws IOException, InterruptedException {
    return new ContainerdTraces(
        directory, socket, name, sharedPlaces(), PluginTables.startingNow());
  }

  /** Directories that all containerds of a machine use, as far as they are there. */
  private static NavigableSet<Path> sharedPlaces() throws IOException {
    Stream<Path> groups =
        Leftovers.hierarchies().stream().map(hierarchy -> hierarchy.resolve(NAMESPACE));
    Stream<Path> others =
        Stream.of(SHIM_SOCKETS, PLUGIN_RESULTS).flatMap(path -> Stream.of(path, path.getParent()));
    NavigableSet<Path> there = new TreeSet<>();
    Stream.concat(groups, others).filter(Files::isDirectory).forEach(there::add);
    return there;
  }

  /** To be called when the daemon is gone. */
  void remove(Leftovers leftovers) {
    leftovers.attempt(this::endShims);
    leftovers.attempt(() -> forgetTasks(leftovers));
    leftovers.mountsBelow(directory);
    leftovers.cgroups(name);
    leftovers.link(name);
    leftovers.attempt(() -> forgetPluginResults(name));
    leftovers.attempt(() -> tables.remove(leftovers));
    leftovers.attempt(this::removeNewPlaces);
  }

  /** A shim is known by the daemon's address among its arguments. */
  private void endShims() {
    for (ProcessHandle shim : ProcessHandle.allProcesses().filter(this::isShim).toList()) {
      List<ProcessHandle> family = new ArrayList<>(shim.descendants().toList());
      family.add(shim);
      family.forEach(ProcessHandle::destroyForcibly);
      family.forEach(each -> each.onExit().join());
    }
  }

  private boolean isShim(ProcessHandle process) {
    try {
      Path file = Path.of("/proc/" + process.pid() + "/cmdline");
      List<String> words =
          List.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\0", -1));
      return words.getFirst().contains("containerd-shim") && words.contains(socket.toString());
    } catch (IOException gone) {
      return false;
    }
  }

  /** Sockets and groups of containers that were not removed. */
  private void forgetTasks(Leftovers leftovers) throws IOException {
    Path tasks = directory.resolve("run/io.containerd.runtime.v2.task").resolve(NAMESPACE);
    if (!Files.isDirectory(tasks)) {
      return;
    }
    try (DirectoryStream<Path> bundles = Files.newDirectoryStream(tasks)) {
      for (Path bundle : bundles) {
        String id = String.valueOf(bundle.getFileName());
        leftovers.cgroups(NAMESPACE + "/" + id);
        leftovers.attempt(() -> removeSocket(bundle.resolve("address")));
        leftovers.attempt(() -> forgetPluginResults(id));
      }
    }
  }

  private static void removeSocket(Path address) throws IOException {
    if (Files.exists(address)) {
      Path listening = Path.of(Files.readString(address).strip().replaceFirst("^unix://", ""));
      if (listening.startsWith(SHIM_SOCKETS)) {
        Files.deleteIfExists(listening);
      }
    }
  }

  /** The files are called NETWORK-POD-INTERFACE. */
  private static void forgetPluginResults(String networkOrPod) throws IOException {
    if (Files.isDirectory(PLUGIN_RESULTS)) {
      try (DirectoryStream<Path> results =
          Files.newDirectoryStream(PLUGIN_RESULTS, "{,*-}" + networkOrPod + "-*")) {
        for (Path result : results) {
          Files.deleteIfExists(result);
        }
      }
    }
  }

  private void removeNewPlaces() throws IOException {
    for (Path place : sharedPlaces().descendingSet()) {
      if (!places.contains(place)) {
        try {
          Files.deleteIfExists(place);
        } catch (FileSystemException inUse) {
          // Another containerd of this machine has come to use it, and will keep it.
        }
      }
    }
  }
}
