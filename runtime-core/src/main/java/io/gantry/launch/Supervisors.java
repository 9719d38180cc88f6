package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerPaths;
import io.gantry.linux.Fd;
import io.gantry.linux.ProcessCalls;
import io.gantry.linux.Syscalls;
import io.gantry.shim.ExitRecord;
import io.gantry.shim.Plan;
import io.gantry.shim.Shim;
import io.gantry.shim.ShimLaunch;
import io.gantry.shim.ShimLauncher;
import io.gantry.state.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * The shims of this node and their run directories. Safe for use by many threads, one operation per
 * container.
 */
public final class Supervisors {

  private static final int SIGKILL = 9;
  private static final long STRAY_SECONDS = 5;

  private final ShimLauncher shims;
  private final ContainerPaths paths;
  private final Syscalls calls;

  public Supervisors(ShimLauncher shims, ContainerPaths paths, Syscalls calls) {
    this.shims = shims;
    this.paths = paths;
    this.calls = calls;
  }

  ProcessCalls calls() {
    return calls;
  }

  Shim launch(Container container, Plan plan) throws IOException {
    Path directory = paths.directory(container.id());
    Trees.delete(directory);
    Files.createDirectories(directory);
    try (Fd log = ContainerLog.open(calls, container)) {
      return shims.launch(new ShimLaunch(container.id().value(), plan, directory, log));
    }
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
