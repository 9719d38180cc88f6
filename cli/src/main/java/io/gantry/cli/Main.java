package io.gantry.cli;

import io.gantry.cli.session.Connection;
import io.gantry.cli.session.Console;
import io.gantry.cli.session.UnixChannel;

/** Where the process starts. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    if (arguments.length == 1 && arguments[0].equals("--version")) {
      // Scripts ask this often, and the parser takes longer to load than to answer.
      System.out.println(Version.text());
      return;
    }
    var program =
        new Program(
            Console.system(),
            System.getenv(),
            (endpoint, limit) -> Connection.over(new UnixChannel(endpoint), limit));
    System.exit(program.run(arguments));
  }
}
