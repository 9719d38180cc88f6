package io.gantry.shim;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.MountAttributes;
import io.gantry.linux.MountFlags;
import io.gantry.linux.SpawnRequest;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Starts shims and finds running ones again. The binary is executed through a read-only mount of
 * itself that hangs in no mount tree: whatever a container finds behind {@code /proc/PID/exe}
 * cannot be opened for writing (the overwriting of the host's runtime, CVE-2019-5736). Safe for use
 * by several threads.
 */
public final class ShimLauncher implements AutoCloseable {

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;

  /** The shim serves 256 connections at a time; the others wait here instead of failing. */
  private static final int BACKLOG = 1024;

  private static final Path DEV_NULL = Path.of("/dev/null");

  private final Syscalls calls;
  private final Spawner spawner;
  private final Fd binary;

  /** Spawns from the calling thread's own mount namespace. */
  public static ShimLauncher of(Syscalls calls, Path binary) throws IOException {
    return of(calls, binary, calls::spawn);
  }

  /**
   * Spawns by the given means, such as from a thread in a small mount namespace.
   *
   * @param binary the gantry-shim executable
   * @param spawner used for each spawn, on the thread that asks for the launch
   */
  public static ShimLauncher of(Syscalls calls, Path binary, Spawner spawner) throws IOException {
    Fd clone = calls.openTree(Fd.CWD, binary.toString(), MountFlags.OPEN_TREE_CLONE);
    try {
      calls.mountSetattr(
          clone,
          "",
          false,
          MountAttributes.setting(MountFlags.MOUNT_ATTR_RDONLY | MountFlags.MOUNT_ATTR_NOSUID));
      return new ShimLauncher(calls, spawner, clone);
    } catch (SyscallException e) {
      clone.close();
      throw e;
    }
  }

  private ShimLauncher(Syscalls calls, Spawner spawner, Fd binary) {
    this.calls = calls;
    this.spawner = spawner;
    this.binary = binary;
  }

  /** Spawns a shim and begins to watch it; {@link Shim#awaitStarted} tells how the plan went. */
  public Shim launch(ShimLaunch launch) throws IOException {
    return launch(launch, spawner);
  }

  /** The same with another way to spawn. */
  public Shim launch(ShimLaunch launch, Spawner by) throws IOException {
    int pid;
    try (Fd socket = listen(launch.runDirectory().resolve(Shim.SOCKET));
        Fd plan = memory(launch.plan().encode());
        Fd directory = calls.open(launch.runDirectory(), FileFlags.O_DIRECTORY, 0)) {
      List<Fd> own = List.of(socket, plan, launch.log(), directory);
      pid = spawn(List.of("gantry-shim", "run", launch.id()), own, launch.plan(), by);
    }
    return watch(launch.runDirectory(), OptionalInt.of(pid));
  }

  /**
   * Comes back to a shim that an earlier daemon started. One that has ended meanwhile is told by
   * its record: {@link Shim#exited} completes at once.
   */
  public Shim adopt(Path runDirectory) {
    return watch(runDirectory, OptionalInt.empty());
  }

  /**
   * Starts the first process of a shared pid namespace, for good until it is killed.
   *
   * @param id shown in the process list
   * @param plan ends with {@link PlanBuilder#hold}
   * @throws ShimFailure when a step failed
   */
  public Holder hold(String id, Plan plan) throws IOException {
    try (Fd answer = calls.memfdCreate("gantry-hold");
        Fd steps = memory(plan.encode());
        Fd none = calls.open(DEV_NULL, FileFlags.O_RDWR, 0)) {
      int pid =
          spawn(
              List.of("gantry-shim", "hold", id),
              List.of(answer, steps, none, none),
              plan,
              spawner);
      calls.waitpid(pid);
      return Holder.of(calls, Files.readAllBytes(answer.path()));
    }
  }

  /**
   * Starts a process that does nothing but stay in the calling thread's mount namespace.
   *
   * @param id shown in the process list
   * @param leave as {@link io.gantry.linux.KeeperProgram} wants it
   * @return its pid, a child of this process
   */
  public int keep(String id, Fd leave) throws IOException {
    try (Fd none = calls.open(DEV_NULL, FileFlags.O_RDWR, 0)) {
      return calls.spawn(
          new SpawnRequest(
              binary.path(),
              List.of("gantry-shim", "keep", id),
              List.of(),
              List.of(none, none, none, leave)));
    }
  }

  /**
   * Starts a process in new user, net, ipc and uts namespaces, which a process of several threads
   * cannot make for itself (unshare(2)).
   *
   * @param id shown in the process list
   * @param life the read end of a pipe: the process ends when the pipe is closed
   * @param answer the write end of another: gets one byte, 0 or the errno of unshare(2)
   * @return its pid, a child of this process
   */
  public int users(String id, Fd life, Fd answer) throws IOException {
    try (Fd none = calls.open(DEV_NULL, FileFlags.O_RDWR, 0)) {
      return calls.spawn(
          new SpawnRequest(
              binary.path(),
              List.of("gantry-shim", "users", id),
              List.of(),
              List.of(none, none, none, life, answer)));
    }
  }

  /**
   * Runs a program beside this process that ends when it does, with all that the program started:
   * it is asked with SIGTERM, and killed two seconds later.
   *
   * @param environment {@code NAME=value}
   * @param output for what it prints
   * @param connected a listening unix socket that somebody has connected to: the program finds the
   *     connection at 3
   * @param life the read end of a pipe: the program is ended when the pipe is closed
   * @return the pid of its supervisor, a child of this process that ends with the program's exit
   *     status, or 128 and the number of the signal that ended it
   */
  public int beside(Path program, List<String> environment, Fd output, Fd connected, Fd life)
      throws IOException {
    try (Fd none = calls.open(DEV_NULL, FileFlags.O_RDWR, 0)) {
      return calls.spawn(
          new SpawnRequest(
              binary.path(),
              List.of("gantry-shim", "beside", program.toString()),
              environment,
              List.of(none, output, output, connected, life)));
    }
  }

  private Shim watch(Path runDirectory, OptionalInt pid) {
    return new Shim(runDirectory, ShimWatch.start(calls, runDirectory, pid));
  }

  private int spawn(List<String> arguments, List<Fd> own, Plan plan, Spawner by)
      throws IOException {
    try (Fd none = calls.open(DEV_NULL, FileFlags.O_RDWR, 0)) {
      List<Fd> descriptors = new ArrayList<>(List.of(none, none, none));
      descriptors.addAll(own);
      descriptors.addAll(plan.descriptors());
      return by.spawn(new SpawnRequest(binary.path(), arguments, List.of(), descriptors));
    }
  }

  private Fd listen(Path path) throws IOException {
    Fd socket = calls.socket(AF_UNIX, SOCK_STREAM, 0);
    try {
      calls.bindUnix(socket, path);
      calls.listen(socket, BACKLOG);
      return socket;
    } catch (SyscallException e) {
      socket.close();
      throw e;
    }
  }

  private Fd memory(ByteBuffer bytes) throws IOException {
    Fd memory = calls.memfdCreate("gantry-plan");
    try {
      while (bytes.hasRemaining()) {
        calls.write(memory, bytes);
      }
      return memory;
    } catch (SyscallException e) {
      memory.close();
      throw e;
    }
  }

  /** Gives the mount of the binary back; running shims keep theirs. */
  @Override
  public void close() {
    binary.close();
  }
}
