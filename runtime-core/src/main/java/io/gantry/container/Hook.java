package io.gantry.container;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A program that is run while a container is started (OCI runtime-spec, config.md, POSIX-platform
 * Hooks). A start whose hook fails or takes too long fails.
 *
 * @param path absolute; of the container's own files for {@link Stage#START_CONTAINER}, else of the
 *     machine's
 * @param arguments from the program's own name on
 * @param environment {@code NAME=value}, nothing else is in it
 */
public record Hook(
    Stage stage,
    String path,
    List<String> arguments,
    List<String> environment,
    int timeoutSeconds) {

  /** For those that say nothing. */
  public static final int DEFAULT_SECONDS = 30;

  /** Of one, and of all of a start together: kubelet gives it two minutes. */
  public static final int MOST_SECONDS = 110;

  /** When and where, in the order of the start. */
  public enum Stage {
    /** Among the machine's namespaces, once the container's are there. */
    PRESTART("prestart", true),
    /** The same, by its newer name. */
    CREATE_RUNTIME("createRuntime", true),
    /** In the container's namespaces, with the machine's files still at their paths. */
    CREATE_CONTAINER("createContainer", false),
    /** In the container, as its user, just before its program. */
    START_CONTAINER("startContainer", false);

    private final String text;
    private final boolean ofTheMachine;

    Stage(String text, boolean ofTheMachine) {
      this.text = text;
      this.ofTheMachine = ofTheMachine;
    }

    /** As the specification writes it. */
    public String text() {
      return text;
    }

    /** Whether it runs among the machine's namespaces. */
    public boolean isOfTheMachine() {
      return ofTheMachine;
    }

    /** The stage of that name, if Gantry has it. */
    public static Optional<Stage> named(String text) {
      return Arrays.stream(values()).filter(each -> each.text.equals(text)).findFirst();
    }

    /** All of them, for messages. */
    public static String names() {
      return Arrays.stream(values()).map(Stage::text).collect(Collectors.joining(", "));
    }
  }

  public Hook {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
  }
}
