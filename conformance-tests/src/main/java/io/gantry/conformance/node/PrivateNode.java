package io.gantry.conformance.node;

import io.gantry.conformance.cri.CriClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A gantryd of one's own. Everything it has lies under one directory or bears the node's name. */
public final class PrivateNode implements PrivateRuntime {

  /** The driver that is there on every machine. */
  public static final String CGROUPFS = "cgroupfs";

  private final Path directory;
  private final Daemon daemon;

  private PrivateNode(Path directory, Daemon daemon) {
    this.directory = directory;
    this.daemon = daemon;
  }

  /**
   * Starts a daemon and waits until it answers.
   *
   * @param directory an existing one, for everything the daemon has
   */
  public static PrivateNode start(Distribution distribution, Path directory)
      throws IOException, InterruptedException {
    return start(distribution, directory, List.of());
  }

  /**
   * Starts a daemon through another program, such as {@code unshare -m}.
   *
   * @param before words before the daemon's own; the program they name must become the daemon
   */
  public static PrivateNode start(Distribution distribution, Path directory, List<String> before)
      throws IOException, InterruptedException {
    return start(distribution, directory, before, "");
  }

  /**
   * Starts a daemon with settings of its own.
   *
   * @param settings tables of TOML that the usual configuration does not have
   */
  public static PrivateNode startWith(Distribution distribution, Path directory, String settings)
      throws IOException, InterruptedException {
    return start(distribution, directory, List.of(), settings);
  }

  /** Starts a daemon through another program and with settings of its own. */
  public static PrivateNode start(
      Distribution distribution, Path directory, List<String> before, String settings)
      throws IOException, InterruptedException {
    return start(distribution, directory, before, settings, CGROUPFS);
  }

  /**
   * Starts a daemon with a cgroup driver.
   *
   * @param driver cgroupfs or systemd
   */
  public static PrivateNode startWithDriver(
      Distribution distribution, Path directory, String driver)
      throws IOException, InterruptedException {
    return start(distribution, directory, List.of(), "", driver);
  }

  private static PrivateNode start(
      Distribution distribution,
      Path directory,
      List<String> before,
      String settings,
      String driver)
      throws IOException, InterruptedException {
    Path configuration = directory.resolve("config.toml");
    String template = Files.readString(distribution.configurationTemplate());
    Files.writeString(
        configuration,
        template
                .replace("@DIRECTORY@", directory.toString())
                .replace("@NAME@", Names.of("gt", directory))
                .replace("@DRIVER@", driver)
            + "\n"
            + settings);
    List<String> command =
        List.of(distribution.daemon().toString(), "--config", configuration.toString());
    return new PrivateNode(
        directory, Daemon.start(before, command, socket(directory), daemonLog(directory)));
  }

  private static Path socket(Path directory) {
    return directory.resolve("gantry.sock");
  }

  private static Path daemonLog(Path directory) {
    return directory.resolve("gantryd.log");
  }

  @Override
  public CriClient client() {
    return daemon.client();
  }

  @Override
  public Path socket() {
    return socket(directory);
  }

  @Override
  public Path daemonLog() {
    return daemonLog(directory);
  }

  /** The name of its bridge, its table and its cgroups. */
  @Override
  public String name() {
    return Names.of("gt", directory);
  }

  /** Where the records and run files of pods and containers are. */
  public List<Path> stateDirectories() {
    return List.of(directory.resolve("run"), directory.resolve("root"));
  }

  @Override
  public long pid() {
    return daemon.pid();
  }

  @Override
  public void importImage(Path archive) throws IOException, InterruptedException {
    ImageImport.send(client().channel(), archive);
  }

  @Override
  public void kill() throws InterruptedException {
    daemon.kill();
  }

  @Override
  public void terminate() throws IOException, InterruptedException {
    daemon.terminate();
  }

  @Override
  public void startAgain() throws IOException, InterruptedException {
    daemon.startAgain();
  }

  @Override
  public void startAgain(List<String> before) throws IOException, InterruptedException {
    daemon.startAgain(before);
  }

  /** Ends the daemon and takes away what a node keeps between its lives. */
  @Override
  public void close() throws IOException {
    try {
      daemon.close();
    } finally {
      Leftovers leftovers = new Leftovers();
      leftovers.link(name());
      leftovers.nftTable("inet", name());
      leftovers.cgroups(name());
      leftovers.report();
    }
  }
}
