package io.gantry.hooks;

import io.gantry.container.ContainerSpec;
import io.gantry.container.Hook;
import io.gantry.state.StrictDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * One file: a hook, its stages, and the containers that it is for (oci-hooks(5), version 1.0.0).
 *
 * @param hooks the same program once for each stage
 */
record HookFile(List<Hook> hooks, When when) {

  private static final long LARGEST_FILE = 1 << 20;

  /** The file as it is written. */
  private record Document(
      String version, @Nullable Program hook, @Nullable Conditions when, List<String> stages) {}

  private record Conditions(
      @Nullable Boolean always,
      @Nullable Boolean hasBindMounts,
      @Nullable Map<String, String> annotations,
      @Nullable List<String> commands) {}

  private record Program(
      String path, List<String> args, List<String> env, @Nullable Integer timeout) {}

  /**
   * Whom the hook is for: every condition that is there must hold, and one must be there. Patterns
   * are looked for anywhere in the text.
   *
   * @param annotations patterns of a key and of its value, each of which some annotation matches
   * @param commands patterns of which one matches the program that the container executes
   */
  record When(
      @Nullable Boolean always,
      @Nullable Boolean hasBindMounts,
      Map<Pattern, Pattern> annotations,
      List<Pattern> commands) {

    When {
      annotations = Map.copyOf(annotations);
      commands = List.copyOf(commands);
    }

    boolean isEmpty() {
      return always == null && hasBindMounts == null && annotations.isEmpty() && commands.isEmpty();
    }

    boolean matches(ContainerSpec spec, String program) {
      boolean binds = spec.mounts().stream().anyMatch(mount -> mount.image() == null);
      return !isEmpty()
          && !Boolean.FALSE.equals(always)
          && (hasBindMounts == null || hasBindMounts == binds)
          && annotations.entrySet().stream().allMatch(each -> matches(each, spec.annotations()))
          && (commands.isEmpty()
              || commands.stream().anyMatch(each -> each.matcher(program).find()));
    }

    private static boolean matches(
        Map.Entry<Pattern, Pattern> wanted, Map<String, String> annotations) {
      return annotations.entrySet().stream()
          .anyMatch(each ->
              wanted.getKey().matcher(each.getKey()).find()
                  && wanted.getValue().matcher(each.getValue()).find());
    }
  }

  HookFile {
    hooks = List.copyOf(hooks);
  }

  /** Reads it, or fails with what is wrong in it. */
  static HookFile read(Path file) throws IOException {
    require(Files.size(file) <= LARGEST_FILE, "is larger than 1 MiB");
    return of(StrictDocument.read(Files.readString(file), Document.class));
  }

  private static HookFile of(Document document) throws IOException {
    require("1.0.0".equals(document.version()), "version is not 1.0.0");
    Program program = document.hook();
    if (program == null || program.path() == null || !program.path().startsWith("/")) {
      throw new IOException("hook.path is not an absolute path");
    }
    require(Files.isExecutable(Path.of(program.path())), program.path() + " is no program");
    When when = when(document.when());
    require(!when.isEmpty(), "when has no condition");
    int timeout = program.timeout() == null ? Hook.DEFAULT_SECONDS : program.timeout();
    require(
        timeout > 0 && timeout <= Hook.MOST_SECONDS,
        "hook.timeout is not from 1 to " + Hook.MOST_SECONDS + " seconds");
    return new HookFile(hooks(program, document.stages(), timeout), when);
  }

  private static When when(@Nullable Conditions conditions) throws IOException {
    if (conditions == null) {
      return new When(null, null, Map.of(), List.of());
    }
    Map<Pattern, Pattern> annotations = new HashMap<>();
    List<Pattern> commands = new ArrayList<>();
    try {
      if (conditions.annotations() != null) {
        conditions
            .annotations()
            .forEach((key, value) -> annotations.put(Pattern.compile(key), Pattern.compile(value)));
      }
      if (conditions.commands() != null) {
        conditions.commands().forEach(each -> commands.add(Pattern.compile(each)));
      }
    } catch (PatternSyntaxException e) {
      throw new IOException("when has \"" + e.getPattern() + "\": " + e.getDescription(), e);
    }
    return new When(conditions.always(), conditions.hasBindMounts(), annotations, commands);
  }

  private static List<Hook> hooks(Program program, @Nullable List<String> stages, int timeout)
      throws IOException {
    require(stages != null && !stages.isEmpty(), "has no stages");
    List<String> args = program.args() == null ? List.of(program.path()) : program.args();
    List<String> env = program.env() == null ? List.of() : program.env();
    List<Hook> hooks = new ArrayList<>();
    for (String name : Objects.requireNonNull(stages)) {
      Hook.Stage stage =
          Hook.Stage.named(name)
              .orElseThrow(() ->
                  new IOException(
                      "stage \""
                          + name
                          + "\" is none of those that Gantry runs: "
                          + Hook.Stage.names()));
      hooks.add(new Hook(stage, program.path(), args, env, timeout));
    }
    return hooks;
  }

  private static void require(boolean holds, String problem) throws IOException {
    if (!holds) {
      throw new IOException(problem);
    }
  }
}
