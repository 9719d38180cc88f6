package io.gantry.rpc;

import io.gantry.container.Container;
import io.gantry.pod.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The same details for everything. */
final class FakeDetails implements ObjectDetails {

  @Override
  public Map<String, Object> of(Pod pod) {
    return Map.of("netns", "/proc/1/fd/3");
  }

  @Override
  public Map<String, Object> of(Container container) {
    return Map.of("runtimeSpec", Map.of("ociVersion", "1.2.0"));
  }

  @Override
  public Optional<Identity> identity(Container container) {
    return Optional.of(new Identity(1000, 100, List.of(100L, 7L)));
  }
}
