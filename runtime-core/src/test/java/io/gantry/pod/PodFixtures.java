package io.gantry.pod;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Pods for tests. */
public final class PodFixtures {

  private PodFixtures() {}

  public static PodSpec spec(String name) {
    return spec(name, new TreeMap<>());
  }

  public static PodSpec spec(String name, SortedMap<String, String> sysctls) {
    return new PodSpec(
        new PodMetadata(name, "uid-" + name, "default", 0),
        "",
        "",
        DnsConfig.NONE,
        new TreeMap<>(),
        new TreeMap<>(),
        "",
        NamespaceOptions.DEFAULT,
        sysctls,
        List.of(),
        false,
        "",
        PodResources.NONE);
  }

  public static Pod ready(String name) {
    return new Pod(
        PodId.random(),
        spec(name),
        Instant.parse("2026-01-02T03:04:05Z"),
        null,
        null,
        new PodState.Ready());
  }
}
