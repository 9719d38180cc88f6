package io.gantry.container;

import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.util.Locale;
import java.util.Map;

/** Names of signals (signal(7)). */
final class Signals {

  static final int KILL = 9;
  static final int TERM = 15;

  private static final int LAST = 64;
  private static final int REALTIME_FIRST = 34;

  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("HUP", 1),
          Map.entry("INT", 2),
          Map.entry("QUIT", 3),
          Map.entry("ILL", 4),
          Map.entry("TRAP", 5),
          Map.entry("ABRT", 6),
          Map.entry("IOT", 6),
          Map.entry("BUS", 7),
          Map.entry("FPE", 8),
          Map.entry("KILL", KILL),
          Map.entry("USR1", 10),
          Map.entry("SEGV", 11),
          Map.entry("USR2", 12),
          Map.entry("PIPE", 13),
          Map.entry("ALRM", 14),
          Map.entry("TERM", TERM),
          Map.entry("STKFLT", 16),
          Map.entry("CHLD", 17),
          Map.entry("CONT", 18),
          Map.entry("STOP", 19),
          Map.entry("TSTP", 20),
          Map.entry("TTIN", 21),
          Map.entry("TTOU", 22),
          Map.entry("URG", 23),
          Map.entry("XCPU", 24),
          Map.entry("XFSZ", 25),
          Map.entry("VTALRM", 26),
          Map.entry("PROF", 27),
          Map.entry("WINCH", 28),
          Map.entry("IO", 29),
          Map.entry("POLL", 29),
          Map.entry("PWR", 30),
          Map.entry("SYS", 31),
          Map.entry("RTMIN", REALTIME_FIRST),
          Map.entry("RTMAX", LAST));

  private Signals() {}

  /**
   * The number of {@code SIGTERM}, {@code term}, {@code 15}, {@code SIGRTMIN+3} or {@code
   * SIGRTMAX-1}.
   */
  static int number(String text) {
    String name = text.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
    Integer known = NUMBERS.get(name);
    if (known != null) {
      return known;
    }
    int number = name.matches("RTM(IN\\+|AX-)\\d{1,2}") ? realtime(name) : plain(name);
    if (number < 1 || number > LAST) {
      throw new InvalidException(
          new Subject("stop signal", text),
          "no such signal \"" + text + "\"",
          "use a name such as SIGTERM or a number from 1 to 64");
    }
    return number;
  }

  private static int realtime(String name) {
    int offset = Integer.parseInt(name.substring("RTMIN+".length()));
    int number = name.startsWith("RTMIN") ? REALTIME_FIRST + offset : LAST - offset;
    return number < REALTIME_FIRST ? 0 : number;
  }

  private static int plain(String name) {
    return name.matches("\\d{1,2}") ? Integer.parseInt(name) : 0;
  }
}
