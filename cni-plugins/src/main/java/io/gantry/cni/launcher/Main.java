package io.gantry.cni.launcher;

import io.gantry.cni.engine.BuiltIn;
import io.gantry.cni.filter.Exclusion;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniVersion;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Linux;
import io.gantry.linux.Syscalls;
import io.gantry.linux.netlink.NetlinkConntrack;
import io.gantry.linux.netlink.NetlinkNamespaces;
import io.gantry.linux.netlink.NetworkNamespace;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Runs one of the plugins as a program. */
public final class Main {

  /** Not the daemon's: at its start a daemon writes its own anew from its own records. */
  private static final String TABLE = "gantry_cni";

  private static final Path LOCK = Path.of("/run/gantry-cni/lock");

  /** For plugins that this one calls. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final String LIST = "gantry-cni";

  private Main() {}

  /**
   * Answers on standard output and ends with 0, or with 1 where the answer is an error.
   *
   * @param args the plugin's type; {@value #LIST} lists them
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("start this as one of the plugins, by its name");
      System.exit(2);
    }
    System.exit(run(args[0]));
  }

  private static int run(String type) throws IOException {
    String command = System.getenv("CNI_COMMAND");
    if (type.equals(LIST) || command == null || command.isEmpty()) {
      System.err.println("CNI plugins of Gantry, for CNI " + String.join(", ", CniVersion.texts()));
      return listed();
    }
    Launcher.Answer answer = answer(type, new Invocation(System.getenv(), standardInput()));
    if (!answer.output().isEmpty()) {
      print(answer.output());
    }
    return answer.exitCode();
  }

  private static int listed() throws IOException {
    try (Parts parts = Parts.open(List.of())) {
      parts.own().keySet().stream().sorted().forEach(Main::print);
    }
    return 0;
  }

  private static void print(String line) {
    new PrintStream(System.out, true, StandardCharsets.UTF_8).println(line);
  }

  private static String standardInput() throws IOException {
    return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static Launcher.Answer answer(String type, Invocation invocation) {
    try (Parts parts = Parts.open(invocation.directories())) {
      Map<String, Plugin> own = parts.own();
      Namespaces namespaces = new Namespaces(Linux.syscalls());
      return new Launcher(wanted -> found(own, wanted), type, namespaces).answer(invocation);
    } catch (IOException e) {
      return Launcher.failure(invocation, e);
    }
  }

  /** What plugins of this node work with. */
  private record Parts(
      NetworkStack stack, LibNftables nftables, NetlinkConntrack conntrack, Map<String, Plugin> own)
      implements AutoCloseable {

    static Parts open(List<Path> directories) throws IOException {
      Syscalls calls = Linux.syscalls();
      NetworkNamespaces machine = new NetlinkNamespaces(calls);
      NetworkNamespace here = machine.own();
      LibNftables nftables = new LibNftables(here);
      NetlinkConntrack conntrack = new NetlinkConntrack(calls, here);
      NetworkStack stack = here.open();
      PacketTable table = new PacketTable(nftables, TABLE, Exclusion.byFile(calls, LOCK));
      BuiltIn.Node node =
          new BuiltIn.Node(
              calls, machine, stack, table, conntrack, new Sysctls(here, Sysctls.KERNEL));
      AtomicReference<Plugins> all = new AtomicReference<>();
      Map<String, Plugin> own = BuiltIn.plugins(node, wanted -> all.get().of(wanted));
      all.set(BuiltIn.orPrograms(own, directories, LIMIT));
      return new Parts(stack, nftables, conntrack, own);
    }

    @Override
    public void close() {
      stack.close();
      nftables.close();
      conntrack.close();
    }
  }

  private static Plugin found(Map<String, Plugin> own, String type) throws CniException {
    Plugin plugin = own.get(type);
    if (plugin == null) {
      throw CniException.invalid("there is no plugin " + type + " in this program");
    }
    return plugin;
  }
}
