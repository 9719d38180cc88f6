package io.gantry.launch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.container.Container;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerPaths;
import io.gantry.linux.Fd;
import io.gantry.linux.Syscalls;
import io.gantry.oci.StartHooks;
import io.gantry.shim.ExitRecord;
import io.gantry.shim.Plan;
import io.gantry.shim.Shim;
import io.gantry.shim.ShimLaunch;
import io.gantry.shim.ShimLauncher;
import io.gantry.state.Json;
import io.gantry.state.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The shims of this node and their run directories. Safe for use by many threads, one operation per
 * container.
 */
public final class Supervisors {

  /** What is in there may be secret. */
  private static final FileAttribute<?> FOR_ROOT =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final int SIGKILL = 9;
  private static final long STRAY_SECONDS = 5;

  private final ShimLauncher shims;
  private final ContainerPaths paths;
  private final Syscalls calls;
  private final ContainerLog.Rotation rotation;

  public Supervisors(
      ShimLauncher shims, ContainerPaths paths, Syscalls calls, ContainerLog.Rotation rotation) {
    this.shims = shims;
    this.paths = paths;
    this.calls = calls;
    this.rotation = rotation;
  }

  Syscalls calls() {
    return calls;
  }

  Path bundle(ContainerId container) {
    return paths.bundle(container);
  }

  /**
   * @param bundle what hooks find in {@code config.json}; null without hooks
   */
  Shim launch(Container container, Plan plan, @Nullable ObjectNode bundle) throws IOException {
    Path directory = paths.directory(container.id());
    Trees.delete(directory);
    Files.createDirectories(directory);
    if (bundle != null) {
      write(bundle, paths.bundle(container.id()));
    }
    try (Fd log = ContainerLog.open(calls, container)) {
      if (rotation.bytes() == 0 || container.spec().logPath().isEmpty()) {
        return launch(container, plan, log);
      }
      try (Fd where = ContainerLog.directory(calls, container)) {
        return launch(container, ContainerLog.rotated(plan, where, container, rotation), log);
      }
    }
  }

  private static void write(ObjectNode bundle, Path place) throws IOException {
    Files.createDirectory(place, FOR_ROOT);
    Files.createDirectory(StartHooks.rootOf(place));
    Files.write(place.resolve("config.json"), Json.MAPPER.writeValueAsBytes(bundle));
  }

  /** Hooks look for what is mounted on the machine, of which other starts are spared the most. */
  private Shim launch(Container container, Plan plan, Fd log) throws IOException {
    Path directory = paths.directory(container.id());
    ShimLaunch launch = new ShimLaunch(container.id().value(), plan, directory, log);
    return container.spec().hooks().isEmpty()
        ? shims.launch(launch)
        : shims.launch(launch, calls::spawn);
  }

  /** The shim of a container if one answers or has left its record. */
  Optional<Shim> adopt(ContainerId container) throws IOException {
    Path directory = paths.directory(container);
    boolean found = ExitRecord.read(directory).isPresent() || Shim.answers(directory);
    return found ? Optional.of(shims.adopt(directory)) : Optional.empty();
  }

  void clear(ContainerId container) throws IOException {
    Trees.delete(paths.directory(container));
  }

  /** Kills shims and removes directories of containers that nobody knows. */
  Set<String> sweep(Set<ContainerId> known) throws IOException {
    Set<String> names = known.stream().map(ContainerPaths::name).collect(Collectors.toSet());
    Set<String> removed = new TreeSet<>();
    Files.createDirectories(paths.root());
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(paths.root())) {
      for (Path directory : directories) {
        if (!names.contains(String.valueOf(directory.getFileName()))) {
          end(directory);
          Trees.delete(directory);
          removed.add("run directory " + directory);
        }
      }
    }
    return removed;
  }

  private void end(Path directory) throws IOException {
    if (!Shim.answers(directory)) {
      return;
    }
    try (Shim stray = shims.adopt(directory)) {
      stray.signalAll(SIGKILL);
      stray.exited().get(STRAY_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("ending the stray shim in " + directory + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while ending the stray shim in " + directory, e);
    }
  }
}
