package io.gantry.rpc;

import io.gantry.container.Container;
import io.gantry.pod.Pod;
import java.util.Map;

/**
 * What only people ask for: details of an object beyond its record, shown by verbose status calls.
 * The values are what JSON can show. Safe for use by many threads.
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
      };

  /** Such as {@code netns}: the path of the pod's network namespace. */
  Map<String, Object> of(Pod pod);

  /** Such as {@code runtimeSpec}: what the container was started with. */
  Map<String, Object> of(Container container);
}
