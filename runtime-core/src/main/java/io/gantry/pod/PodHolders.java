package io.gantry.pod;

import io.gantry.error.GantryException;
import io.gantry.linux.Fd;
import io.gantry.linux.ProcessIdentity;
import io.gantry.linux.Syscalls;
import io.gantry.shim.Holder;
import io.gantry.shim.ShimLauncher;
import io.gantry.state.Operations;
import io.gantry.state.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes that are PID 1 of pods whose containers share one process namespace, each started
 * at the first need. Safe for use by many threads.
 */
public final class PodHolders {

  private static final Path PROC = Path.of("/proc");
  private static final Pattern HOLDER =
      Pattern.compile("gantry-shim\0hold\0([0-9a-f]{64})\0.*", Pattern.DOTALL);

  private final Table<Pod> pods;
  private final PodNamespaces namespaces;
  private final ShimLauncher launcher;
  private final Syscalls calls;
  private final Operations<PodId, HolderRecord> starting = new Operations<>();

  public PodHolders(
      Table<Pod> pods, PodNamespaces namespaces, ShimLauncher launcher, Syscalls calls) {
    this.pods = pods;
    this.namespaces = namespaces;
    this.launcher = launcher;
    this.calls = calls;
  }

  /** A descriptor of the holder's process, which setns(2) takes; the caller closes it. */
  public Fd require(PodId pod) throws IOException {
    try {
      HolderRecord holder = alive(pods.require(pod.value())).orElseGet(() -> started(pod));
      return calls.pidfdOpen(holder.pid());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private HolderRecord started(PodId pod) {
    return starting.join(pod, () -> alive(pods.require(pod.value())).orElseGet(() -> start(pod)));
  }

  private static Optional<HolderRecord> alive(Pod pod) {
    return Optional.ofNullable(pod.holder()).filter(PodHolders::isAlive);
  }

  private static boolean isAlive(HolderRecord holder) {
    try {
      return new ProcessIdentity(holder.pid(), holder.startTicks()).isAlive();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HolderRecord start(PodId pod) {
    try {
      Holder holder =
          launcher.hold(pod.value(), Holder.plan(namespaces.of(pod), List.<Fd>of()).build());
      ProcessIdentity identity =
          ProcessIdentity.of(holder.pid())
              .orElseThrow(
                  () -> new IOException("the pod's process " + holder.pid() + " ended at once"));
      HolderRecord record = new HolderRecord(identity.pid(), identity.startTicks());
      remember(pod, holder, record);
      return record;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void remember(PodId pod, Holder holder, HolderRecord record) throws IOException {
    try {
      pods.update(pod.value(), known -> known.heldBy(record));
    } catch (GantryException e) {
      holder.kill(calls);
      throw e;
    }
  }

  /**
   * After a restart: a holder that was started but never written down is taken into the record.
   *
   * @param running holders of the machine by the id of their pod
   */
  void readopt(Pod pod, Map<String, ProcessIdentity> running) throws IOException {
    ProcessIdentity found = running.get(pod.id().value());
    if (found != null && alive(pod).isEmpty()) {
      pods.update(
          pod.id().value(),
          known -> known.heldBy(new HolderRecord(found.pid(), found.startTicks())));
    }
  }

  /**
   * Every holder on this machine, ours or not, by the id of its pod: it keeps the arguments it was
   * started with.
   */
  static Map<String, ProcessIdentity> running() throws IOException {
    Map<String, ProcessIdentity> found = new HashMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        Matcher holder = HOLDER.matcher(commandLine(process));
        if (holder.matches()) {
          int pid = Integer.parseInt(String.valueOf(process.getFileName()));
          ProcessIdentity.of(pid).ifPresent(identity -> found.put(holder.group(1), identity));
        }
      }
    }
    return found;
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException ended) {
      // It is gone meanwhile, and so it holds nothing.
      return "";
    }
  }

  /** Ends the pod's holder and with it everything in the pod's process namespace. */
  void end(Pod pod) throws IOException {
    Optional<HolderRecord> holder = alive(pod);
    if (holder.isPresent()) {
      new Holder(holder.get().pid()).kill(calls);
    }
  }
}
