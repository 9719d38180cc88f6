package io.gantry.conformance.node;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network namespace that stands for a machine of its own. A process keeps it; with its end the
 * namespace goes, once nothing else is in it.
 */
public final class Host implements AutoCloseable {

  private final Process keeper;

  private Host(Process keeper) {
    this.keeper = keeper;
  }

  /** A namespace with nothing but its loopback, which is up. */
  public static Host make() throws IOException, InterruptedException {
    Process keeper =
        new ProcessBuilder(
                "unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Host host = new Host(keeper);
    String said = keeper.inputReader().readLine();
    if (!"up".equals(said)) {
      host.close();
      throw new IOException("unshare --net made no namespace: see what it printed");
    }
    return host;
  }

  /** Words to put before a command that is to run on it. */
  public List<String> before() {
    return List.of("nsenter", "--net=/proc/" + keeper.pid() + "/ns/net", "--");
  }

  /** The process whose namespace it is. */
  public long pid() {
    return keeper.pid();
  }

  /** Runs a command on it that must succeed; its words are separated by spaces. */
  public String run(String command) throws IOException, InterruptedException {
    return Command.output(
        Stream.concat(before().stream(), Stream.of(command.split(" ", -1))).toList());
  }

  @Override
  public void close() {
    var _ = keeper.destroyForcibly().onExit().join();
  }
}
