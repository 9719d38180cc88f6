package io.gantry.container;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What came beside the name of an image and goes back as it came (CRI ImageSpec).
 *
 * @param userSpecified the text that stood in the pod's specification, or empty
 * @param runtimeHandler empty for the default
 */
public record ImageNote(
    SortedMap<String, String> annotations, String userSpecified, String runtimeHandler) {

  public static final ImageNote NONE = new ImageNote(new TreeMap<>(), "", "");

  public ImageNote {
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
  }

  /** Records of containers that were made before there were notes have none. */
  static ImageNote orNone(@Nullable ImageNote note) {
    return note == null ? NONE : note;
  }
}
