package io.gantry.container;

import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.PodId;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Containers for tests. */
public final class ContainerFixtures {

  public static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

  private ContainerFixtures() {}

  public static SecuritySpec security() {
    return new SecuritySpec(
        Set.of(),
        Set.of(),
        Set.of(),
        false,
        NamespaceOptions.DEFAULT,
        OptionalLong.empty(),
        OptionalLong.empty(),
        "",
        false,
        List.of(),
        false,
        false,
        List.of(),
        List.of(),
        new SeccompChoice.RuntimeDefault(),
        new AppArmorChoice.RuntimeDefault(false));
  }

  public static ContainerSpec spec(String name) {
    return spec(name, "");
  }

  public static ContainerSpec spec(String name, String logPath) {
    return new ContainerSpec(
        new ContainerMetadata(name, 0),
        "busybox",
        List.of("sleep", "60"),
        List.of(),
        "",
        List.of("A=1"),
        List.of(),
        List.of(),
        List.of(),
        new TreeMap<>(),
        new TreeMap<>(),
        logPath,
        false,
        false,
        false,
        "",
        ResourceSpec.NONE,
        security(),
        ImageNote.NONE,
        List.of());
  }

  public static Container container(PodId pod, String name, ContainerState state) {
    return new Container(
        ContainerId.random(), pod, spec(name), new ImageUse("sha256:00", "ref", ""), THEN, state);
  }
}
