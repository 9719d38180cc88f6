package io.gantry.image.manifest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a registry or layout answers to a name: an index to choose from, or one image. */
public sealed interface Manifest {

  /** Several images of one name, one for each platform. */
  record Index(List<Entry> entries) implements Manifest {
    public Index {
      entries = List.copyOf(entries);
    }
  }

  /**
   * One choice of an index.
   *
   * @param platform null when the index does not say
   */
  record Entry(Descriptor descriptor, @Nullable Platform platform) {}

  /**
   * One image.
   *
   * @param layers lowest first
   */
  record Single(Descriptor config, List<Descriptor> layers) implements Manifest {
    public Single {
      layers = List.copyOf(layers);
    }
  }
}
