package io.gantry.oci;

import io.gantry.linux.Errno;
import io.gantry.linux.seccomp.SeccompAction;
import io.gantry.linux.seccomp.SeccompCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the small language of {@code default-seccomp.txt}, which its head explains. */
final class SyscallListParser {

  private static final Pattern HEADER = Pattern.compile("== ([^\\[]+?)(?: \\[(!?)([A-Z_|]+)])?");
  private static final Pattern CONDITION =
      Pattern.compile("([0-5])(?: & (0x[0-9a-f]+|\\d+))? == (0x[0-9a-f]+|\\d+)");
  private static final Map<String, Errno> REFUSALS =
      Map.of("ENOSYS", Errno.ENOSYS, "EPERM", Errno.EPERM, "EAFNOSUPPORT", new Errno(97));

  private final List<SyscallGroup> groups = new ArrayList<>();
  private final List<SyscallRule> rules = new ArrayList<>();
  private @Nullable Matcher header;

  private SyscallListParser() {}

  /** The groups of a list; a line that makes no sense is an {@link IllegalArgumentException}. */
  static List<SyscallGroup> parse(String text) {
    SyscallListParser parser = new SyscallListParser();
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(parser::line);
    parser.endGroup();
    return parser.groups;
  }

  private void line(String line) {
    if (!line.startsWith("==")) {
      rules(line);
      return;
    }
    endGroup();
    Matcher match = HEADER.matcher(line);
    if (!match.matches()) {
      throw senseless(line);
    }
    header = match;
  }

  private void endGroup() {
    if (header != null) {
      String gate = header.group(3);
      groups.add(
          new SyscallGroup(
              header.group(1), gate(gate), "!".equals(header.group(2)), List.copyOf(rules)));
    }
    rules.clear();
  }

  private static Set<Capability> gate(@Nullable String names) {
    return names == null
        ? Set.of()
        : Arrays.stream(names.split("\\|", -1))
            .map(Capability::valueOf)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Capability.class)));
  }

  private void rules(String line) {
    if (header == null) {
      throw senseless(line);
    }
    String[] verdict = line.split(" -> ", 2);
    SeccompAction action = verdict.length == 1 ? SeccompAction.ALLOW : refusal(verdict[1]);
    String[] condition = verdict[0].split(" when ", 2);
    List<SeccompCondition> conditions =
        condition.length == 1 ? List.of() : List.of(condition(condition[1]));
    for (String name : condition[0].split(" +", -1)) {
      String[] parts = name.split("/", 2);
      OptionalInt number =
          parts.length == 1 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(parts[1]));
      rules.add(new SyscallRule(parts[0], number, conditions, action));
    }
  }

  private static SeccompAction refusal(String symbol) {
    Errno errno = REFUSALS.get(symbol);
    if (errno == null) {
      throw senseless(symbol);
    }
    return SeccompAction.errno(errno.number());
  }

  private static SeccompCondition condition(String text) {
    Matcher match = CONDITION.matcher(text);
    if (!match.matches()) {
      throw senseless(text);
    }
    int index = Integer.parseInt(match.group(1));
    String mask = match.group(2);
    long value = Long.decode(match.group(3));
    return mask == null
        ? SeccompCondition.equal(index, value)
        : SeccompCondition.masked(index, Long.decode(mask), value);
  }

  private static IllegalArgumentException senseless(String line) {
    return new IllegalArgumentException("seccomp list: cannot make sense of: " + line);
  }
}
