package io.gantry.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.container.Container;
import io.gantry.container.Hook;
import io.gantry.shim.HookStep;
import io.gantry.shim.PlanBuilder;
import io.gantry.state.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * The hooks of one start.
 *
 * @param bundle a directory with {@code config.json} and {@code rootfs}, where the container's root
 *     is seen by hooks in its namespaces (OCI runtime-spec, bundle.md)
 * @param creating the state up to the pid for hooks before the change to the root
 * @param created the same for those after it
 */
public record StartHooks(List<Hook> hooks, Path bundle, String creating, String created) {

  /** No hooks. */
  public static final StartHooks NONE = new StartHooks(List.of(), Path.of("/"), "", "");

  public StartHooks {
    hooks = List.copyOf(hooks);
  }

  /** The hooks of a container with what they are told about it (runtime.md, State). */
  public static StartHooks of(Container container, Path bundle) throws JsonProcessingException {
    return new StartHooks(
        container.spec().hooks(),
        bundle,
        state(container, bundle, "creating"),
        state(container, bundle, "created"));
  }

  private static String state(Container container, Path bundle, String status)
      throws JsonProcessingException {
    ObjectNode state = Json.MAPPER.createObjectNode();
    state.put("ociVersion", RuntimeSpecView.OCI_VERSION);
    state.put("id", container.id().value());
    state.put("status", status);
    state.put("bundle", bundle.toString());
    ObjectNode annotations = state.putObject("annotations");
    container.spec().runtimeAnnotations().forEach(annotations::put);
    String whole = Json.MAPPER.writeValueAsString(state);
    return whole.substring(0, whole.length() - 1) + ",\"pid\":";
  }

  boolean isEmpty() {
    return hooks.isEmpty();
  }

  Path root() {
    return rootOf(bundle);
  }

  /** Where the root of a bundle is. */
  public static Path rootOf(Path bundle) {
    return bundle.resolve("rootfs");
  }

  /** Those that want the root with its mounts, before the process changes to it. */
  void beforePivot(PlanBuilder plan) {
    append(plan, Hook.Stage::isOfTheMachine);
    append(plan, stage -> stage == Hook.Stage.CREATE_CONTAINER);
  }

  void beforeExec(PlanBuilder plan) {
    if (hooks.stream().anyMatch(hook -> hook.stage() == Hook.Stage.START_CONTAINER)) {
      // Its program is the image's, and would find the machine's descriptors in the process.
      plan.closeFds();
      append(plan, stage -> stage == Hook.Stage.START_CONTAINER);
    }
  }

  private void append(PlanBuilder plan, Predicate<Hook.Stage> stages) {
    for (Hook hook : hooks) {
      if (stages.test(hook.stage())) {
        plan.hook(
            new HookStep(
                hook.stage().isOfTheMachine(),
                hook.path(),
                hook.arguments(),
                hook.environment(),
                Duration.ofSeconds(hook.timeoutSeconds()),
                hook.stage() == Hook.Stage.START_CONTAINER ? created : creating));
      }
    }
  }
}
