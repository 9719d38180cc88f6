package io.gantry.nri;

import com.google.protobuf.TextFormat;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;

/** What plugins want, as text. */
final class Wanted {

  private Wanted() {}

  static ContainerAdjustment adjustment(String text) {
    try {
      return TextFormat.parse(text, ContainerAdjustment.class);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static ContainerUpdate update(String text) {
    try {
      return TextFormat.parse(text, ContainerUpdate.class);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
