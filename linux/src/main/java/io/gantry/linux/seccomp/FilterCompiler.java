package io.gantry.linux.seccomp;

import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Hands one profile to libseccomp (seccomp_rule_add(3)) and takes the program back. */
final class FilterCompiler {

  private static final String ARCHITECTURE_PREFIX = "SCMP_ARCH_";

  private final List<String> unknownCalls = new ArrayList<>();

  SeccompFilter compile(SeccompProfile profile) throws IOException {
    Pointer filter = SeccompLibrary.seccomp_init(profile.defaultAction().word());
    if (filter == null) {
      throw new SeccompException("seccomp_init refused " + profile.defaultAction());
    }
    try {
      addArchitectures(filter, profile.architectures());
      // An older library without binary trees still builds a right program, only a slower one.
      SeccompLibrary.seccomp_attr_set(
          filter, SeccompLibrary.ATTRIBUTE_OPTIMIZE, SeccompLibrary.BINARY_TREE);
      for (SeccompRule rule : profile.rules()) {
        // The library refuses a rule that says what happens anyway.
        if (!rule.action().equals(profile.defaultAction())) {
          addRule(filter, rule);
        }
      }
      return new SeccompFilter(export(filter), unknownCalls);
    } finally {
      SeccompLibrary.seccomp_release(filter);
    }
  }

  private static void addArchitectures(Pointer filter, List<String> names) throws SeccompException {
    for (String name : names.isEmpty() ? native32BitToo() : names) {
      String plain = name.startsWith(ARCHITECTURE_PREFIX) ? name.substring(10) : name;
      int token = SeccompLibrary.seccomp_arch_resolve_name(text(plain.toLowerCase(Locale.ROOT)));
      if (token == 0) {
        throw new SeccompException("unknown architecture " + name);
      }
      int result = SeccompLibrary.seccomp_arch_add(filter, token);
      // The machine's own is there from the start.
      if (result != 0 && result != -Errno.EEXIST.number()) {
        throw new SeccompException("seccomp_arch_add " + name, new Errno(-result));
      }
    }
  }

  private static List<String> native32BitToo() {
    return switch (System.getProperty("os.arch", "")) {
      case "amd64" -> List.of("x86_64", "x86", "x32");
      case "aarch64" -> List.of("aarch64", "arm");
      default -> List.of();
    };
  }

  private void addRule(Pointer filter, SeccompRule rule) throws SeccompException {
    for (String name : rule.names()) {
      int call = SeccompLibrary.seccomp_syscall_resolve_name(text(name));
      if (call == SeccompLibrary.UNKNOWN_CALL) {
        unknownCalls.add(name);
      } else if (rule.repeatsAnArgument()) {
        for (SeccompCondition condition : rule.conditions()) {
          addRule(filter, rule.action(), new Call(name, call), List.of(condition));
        }
      } else {
        addRule(filter, rule.action(), new Call(name, call), rule.conditions());
      }
    }
  }

  private record Call(String name, int number) {}

  private static void addRule(
      Pointer filter, SeccompAction action, Call call, List<SeccompCondition> conditions)
      throws SeccompException {
    ByteBuffer structures =
        ByteBuffer.allocate(Math.max(1, conditions.size()) * SeccompLibrary.CONDITION_SIZE)
            .order(ByteOrder.nativeOrder());
    for (SeccompCondition condition : conditions) {
      structures
          .putInt(condition.argument())
          .putInt(condition.comparison().number())
          .putLong(condition.value())
          .putLong(condition.valueTwo());
    }
    int result =
        SeccompLibrary.seccomp_rule_add_array(
            filter, action.word(), call.number(), conditions.size(), structures.array());
    if (result != 0) {
      throw new SeccompException("seccomp_rule_add " + call.name(), new Errno(-result));
    }
  }

  /** The library writes to a descriptor only: give it a piece of memory that has one. */
  private static byte[] export(Pointer filter) throws IOException {
    Syscalls linux = Linux.syscalls();
    try (Fd memory = linux.memfdCreate("seccomp")) {
      int result = SeccompLibrary.seccomp_export_bpf(filter, memory.number());
      if (result != 0) {
        throw new SeccompException("seccomp_export_bpf", new Errno(-result));
      }
      ByteBuffer program = ByteBuffer.allocate((int) linux.statx(memory, "").size());
      try (Fd fromStart = linux.open(memory.path(), FileFlags.O_RDONLY, 0)) {
        while (program.hasRemaining() && linux.read(fromStart, program) > 0) {
          // One read is enough for a memory file, but read(2) does not promise it.
        }
      }
      return program.array();
    }
  }

  private static byte[] text(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }
}
