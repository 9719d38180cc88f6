package io.gantry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.cli.session.Connection;
import io.gantry.cli.session.Console;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/** A person at a terminal of a {@link FakeNode}. */
final class Terminal {
  private final FakeNode node;
  private InputStream input = new ByteArrayInputStream(new byte[0]);

  Terminal(FakeNode node) {
    this.node = node;
  }

  /** What a command printed, and how it ended. */
  record Result(int code, String out, String err) {}

  void input(byte[] bytes) {
    input = new ByteArrayInputStream(bytes);
  }

  Result run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var console = new Console(input, printer(out), printer(err), () -> FakeNode.NOW);
    var program =
        new Program(
            console,
            Map.of(),
            (endpoint, limit) -> {
              ManagedChannel channel =
                  InProcessChannelBuilder.forName(node.name()).directExecutor().build();
              return new Connection(channel, channel::shutdownNow, limit);
            });
    int code = program.run(arguments);
    return new Result(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static PrintStream printer(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, false, UTF_8);
  }
}
