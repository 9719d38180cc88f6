package io.gantry.cli.stream;

import io.gantry.cli.pod.Pods;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lets ports of a pod be reached at ports of this machine. */
@Command(
    name = "portforward",
    aliases = "port-forward",
    description = "Reach ports of a pod at ports of this machine, until Ctrl-C.",
    footer = {"", "Example:", "  gantry portforward 5f0b 8080:80"})
public final class PortForwardCommand implements Callable<Integer> {
  private static final int BACKLOG = 50;
  private static final int LARGEST = 65535;

  private final Session session;

  @Parameters(index = "0", paramLabel = "POD", description = "id, start of an id, or name")
  private String pod = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "[LOCAL:]REMOTE",
      description =
          "a port here and one of the pod; one alone is both, LOCAL 0 is any that is free")
  private List<String> ports = new ArrayList<>();

  public PortForwardCommand(Session session) {
    this.session = session;
  }

  private record Ports(int local, int remote) {

    static Ports parse(String text) {
      var parts = text.split(":", -1);
      if (parts.length > 2) {
        throw wrong(text);
      }
      var remote = number(parts[parts.length - 1], 1, text);
      return new Ports(parts.length == 2 ? number(parts[0], 0, text) : remote, remote);
    }

    private static int number(String digits, int least, String whole) {
      if (!digits.matches("[0-9]{1,5}")
          || Integer.parseInt(digits) < least
          || Integer.parseInt(digits) > LARGEST) {
        throw wrong(whole);
      }
      return Integer.parseInt(digits);
    }

    private static CliException wrong(String text) {
      return CliException.misused("port \"" + text + "\": want REMOTE or LOCAL:REMOTE");
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    var wanted = ports.stream().map(Ports::parse).toList();
    var id = Pods.find(session.connection(), pod).getId();
    var listening = new ArrayList<Thread>();
    for (var each : wanted) {
      var server = listen(each.local());
      session
          .out()
          .printf("Forwarding from 127.0.0.1:%d -> %d%n", server.getLocalPort(), each.remote());
      session.out().flush();
      listening.add(Thread.ofPlatform().daemon().start(() -> serve(server, id, each.remote())));
    }
    for (var thread : listening) {
      thread.join();
    }
    return 1;
  }

  private static ServerSocket listen(int port) {
    try {
      return new ServerSocket(port, BACKLOG, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw CliException.failed(
          "listening on 127.0.0.1:" + port + ": " + e.getMessage() + "; give another LOCAL port");
    }
  }

  private void serve(ServerSocket server, String id, int port) {
    try (server) {
      while (true) {
        var client = server.accept();
        Thread.ofVirtual().start(() -> new Forwarding(session, id, port).serve(client));
      }
    } catch (IOException e) {
      session.console().complain("no more connections are taken: " + e.getMessage());
    }
  }
}
