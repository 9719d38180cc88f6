package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerLauncher;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ExecRequest;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.linux.Fd;
import io.gantry.oci.ContainerContext;
import io.gantry.oci.ContainerPlan;
import io.gantry.oci.ContainerPolicy;
import io.gantry.oci.ProcessDecision;
import io.gantry.oci.ProcessRequest;
import io.gantry.oci.ProcessSpec;
import io.gantry.pod.Pod;
import io.gantry.shim.Plan;
import io.gantry.state.Json;
import io.gantry.state.RecordFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What policy decided about each container's process when it was created, kept beside the
 * container's record for its start and for every exec. Safe for use by many threads.
 */
public final class Decisions {

  private static final Logger log = LoggerFactory.getLogger(Decisions.class);
  private static final String FILE = "process.json";

  private final ContainerPolicy policy;
  private final RecordFiles<Container> records;
  private final ConcurrentHashMap<ContainerId, ProcessSpec> known = new ConcurrentHashMap<>();

  /**
   * @param records beside which the decisions lie, and with which they go
   */
  public Decisions(ContainerPolicy policy, RecordFiles<Container> records) {
    this.policy = policy;
    this.records = records;
  }

  /** Decides and writes down. The root file system is only looked into. */
  void make(Container container, Pod pod, ImageConfig image, Fd rootfs) throws IOException {
    ProcessDecision decision =
        policy.process(
            new ProcessRequest(
                container.spec(), image, pod.spec().privileged(), pod.hostname(), rootfs));
    decision
        .warnings()
        .forEach(warning -> log.warn("container={}: {}", container.id().brief(), warning));
    Files.write(file(container.id()), Json.MAPPER.writeValueAsBytes(decision.process()));
    known.put(container.id(), decision.process());
  }

  /** What a container executes, as it is named. */
  String program(ContainerSpec spec, ImageConfig image) {
    return policy.commandLine(spec, image).getFirst();
  }

  /** What is going to be decided, but for what user and pod add to it. */
  ContainerLauncher.Program planned(ContainerSpec spec, ImageConfig image) {
    return new ContainerLauncher.Program(
        policy.commandLine(spec, image), policy.environment(spec, image));
  }

  ContainerLauncher.Program program(ContainerId container) throws IOException {
    ProcessSpec decided = of(container);
    return new ContainerLauncher.Program(decided.arguments(), decided.environment());
  }

  /** From memory, or from disk after a restart. */
  ProcessSpec of(ContainerId container) throws IOException {
    ProcessSpec remembered = known.get(container);
    if (remembered != null) {
      return remembered;
    }
    ProcessSpec read =
        Json.MAPPER.readValue(Files.readAllBytes(file(container)), ProcessSpec.class);
    known.put(container, read);
    return read;
  }

  void check(Container container, List<Fd> imageVolumes) throws IOException {
    policy.check(container.spec().mounts(), imageVolumes);
  }

  ContainerPlan plan(ContainerContext context) throws IOException {
    return policy.plan(context);
  }

  Plan exec(ContainerId container, ExecRequest request) throws IOException {
    return policy.exec(of(container), request);
  }

  void forget(ContainerId container) {
    known.remove(container);
  }

  private Path file(ContainerId container) {
    return records.directory(container.value()).resolve(FILE);
  }
}
