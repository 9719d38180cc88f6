package io.gantry.conformance.leak;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares what the machine holds with what it held before.
 *
 * <p>The kernel takes namespaces and links apart a little after the last user is gone, hence a
 * check has a time within which everything must have disappeared.
 */
public final class LeakCheck {

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Scope scope;
  private final MachineState before;

  private LeakCheck(Scope scope, MachineState before) {
    this.scope = scope;
    this.before = before;
  }

  /** A check against what is there now, as far as the scope goes. */
  public static LeakCheck startingNow(Scope scope) throws IOException {
    return new LeakCheck(scope, MachineState.now(scope));
  }

  /**
   * Everything that was not there before and does not go within the time; empty when nothing is
   * left.
   */
  public MachineState leftAfter(Duration within) throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    MachineState left = MachineState.now(scope).beyond(before);
    while (!left.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(PAUSE);
      left = MachineState.now(scope).beyond(before);
    }
    return left;
  }

  private static final String USAGE =
      """
      usage: LeakCheck snapshot FILE [--files DIR]...
             LeakCheck verify BEFORE [DURING] [--within SECONDS] [--files DIR]...
      snapshot writes what the machine holds; verify prints a table of what it held before, meanwhile
      and now, lists what is left, and ends with 1 when that is anything.
      """;

  /** For scripts; see the usage text. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    System.exit(new Program(List.of(arguments)).run());
  }

  /** One call from a script. */
  private static final class Program {

    private final List<String> words = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private Duration within = Duration.ofSeconds(10);

    Program(List<String> arguments) {
      for (int i = 0; i < arguments.size(); i++) {
        switch (arguments.get(i)) {
          case "--files" -> files.add(Path.of(arguments.get(++i)));
          case "--within" -> within = Duration.ofSeconds(Long.parseLong(arguments.get(++i)));
          default -> words.add(arguments.get(i));
        }
      }
    }

    int run() throws IOException, InterruptedException {
      String verb = words.isEmpty() ? "" : words.getFirst();
      if (verb.equals("snapshot") && words.size() == 2) {
        MachineState.now(Scope.of(files)).write(Path.of(words.get(1)));
        return 0;
      }
      if (verb.equals("verify") && (words.size() == 2 || words.size() == 3)) {
        return verify();
      }
      out.print(USAGE);
      return 2;
    }

    private int verify() throws IOException, InterruptedException {
      MachineState before = MachineState.read(Path.of(words.get(1)));
      Scope scope = Scope.of(files);
      MachineState left = new LeakCheck(scope, before).leftAfter(within);
      MachineState now = MachineState.now(scope);
      MachineState during = words.size() == 3 ? MachineState.read(Path.of(words.get(2))) : now;
      out.printf("%-20s %9s %9s %9s %9s%n", "", "before", "meanwhile", "now", "left");
      for (Category category : Category.values()) {
        out.printf(
            "%-20s %9d %9d %9d %9d%n",
            category.title(),
            before.of(category).size(),
            during.of(category).size(),
            now.of(category).size(),
            left.of(category).size());
      }
      out.print(left);
      return left.isEmpty() ? 0 : 1;
    }
  }
}
