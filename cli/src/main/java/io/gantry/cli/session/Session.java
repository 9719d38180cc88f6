package io.gantry.cli.session;

import io.grpc.StatusRuntimeException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of the program. For one thread. */
public final class Session implements AutoCloseable {
  private final Console console;
  private final Supplier<Endpoint> endpoint;
  private final Function<Endpoint, Connection> connector;
  private @Nullable Connection connection;

  /**
   * @param endpoint asked when the connection is needed, which is after the options are known
   */
  public Session(
      Console console, Supplier<Endpoint> endpoint, Function<Endpoint, Connection> connector) {
    this.console = console;
    this.endpoint = endpoint;
    this.connector = connector;
  }

  public Console console() {
    return console;
  }

  public PrintStream out() {
    return console.out();
  }

  /** The way to the daemon, opened at the first call. */
  public Connection connection() {
    if (connection == null) {
      connection = connector.apply(endpoint.get());
    }
    return connection;
  }

  /** One line for any failure of this run. */
  public String explain(Throwable failure) {
    return failure instanceof CliException e
        ? String.valueOf(e.getMessage())
        : new RpcComplaint(endpoint.get()).of(failure);
  }

  /**
   * Does the same to several objects; one that fails does not keep the others from their turn.
   *
   * @return 0 if all went well, 1 if any failed; each failure has been told by then
   */
  public int each(List<String> names, Consumer<String> work) {
    int code = 0;
    for (var name : names) {
      try {
        work.accept(name);
      } catch (CliException | StatusRuntimeException e) {
        console.complain(explain(e));
        code = 1;
      }
    }
    return code;
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
  }
}
