package io.gantry.rpc;

import io.gantry.container.Container;
import io.gantry.pod.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Details of an object beyond its record. What maps hold is shown to people by verbose status
 * calls, as JSON. Safe for use by many threads; never fails: what cannot be found out is left out.
 */
public interface ObjectDetails {

  /** Nothing beyond the records. */
  ObjectDetails NONE =
      new ObjectDetails() {
        @Override
        public Map<String, Object> of(Pod pod) {
          return Map.of();
        }

        @Override
        public Map<String, Object> of(Container container) {
          return Map.of();
        }

        @Override
        public Optional<Identity> identity(Container container) {
          return Optional.empty();
        }
      };

  /** Such as {@code netns}: a path of the pod's network namespace. */
  Map<String, Object> of(Pod pod);

  /** Such as {@code runtimeSpec}: what the container is started with. */
  Map<String, Object> of(Container container);

  /** Whom the first process runs as, once that is decided. */
  Optional<Identity> identity(Container container);

  /**
   * CRI LinuxContainerUser.
   *
   * @param groups all supplementary groups
   */
  record Identity(long uid, long gid, List<Long> groups) {

    public Identity {
      groups = List.copyOf(groups);
    }
  }
}
