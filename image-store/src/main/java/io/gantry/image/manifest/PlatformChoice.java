package io.gantry.image.manifest;

import io.gantry.image.error.ImageException;
import java.util.TreeSet;

/** Which image of an index runs on a machine. */
public final class PlatformChoice {

  private PlatformChoice() {}

  /**
   * The best entry; the first of equals, as the index's author ordered them. An index of one entry
   * without platform has only one meaning.
   */
  public static Descriptor choose(Manifest.Index index, Platform machine, String name)
      throws ImageException {
    Manifest.Entry best = null;
    int bestFitness = 0;
    for (Manifest.Entry entry : index.entries()) {
      int fitness = fitness(entry, machine);
      if (fitness > bestFitness) {
        best = entry;
        bestFitness = fitness;
      }
    }
    if (best == null) {
      throw none(index, machine, name);
    }
    return best.descriptor();
  }

  private static int fitness(Manifest.Entry entry, Platform machine) {
    Platform platform = entry.platform();
    return platform == null ? 1 : machine.fitness(platform);
  }

  private static ImageException none(Manifest.Index index, Platform machine, String name) {
    TreeSet<String> offered = new TreeSet<>();
    for (Manifest.Entry entry : index.entries()) {
      offered.add(String.valueOf(entry.platform()));
    }
    return new ImageException.NotFound(
        name,
        "it has no image for " + machine + ", only for " + String.join(", ", offered),
        "use an image built for " + machine);
  }
}
