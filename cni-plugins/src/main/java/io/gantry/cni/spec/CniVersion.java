package io.gantry.cni.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A version of the CNI specification, oldest first. */
public enum CniVersion {
  V0_3_1("0.3.1"),
  V0_4_0("0.4.0"),
  V1_0_0("1.0.0"),
  V1_1_0("1.1.0");

  private final String text;

  CniVersion(String text) {
    this.text = text;
  }

  /** The newest. */
  public static CniVersion latest() {
    return V1_1_0;
  }

  /** The version that reads so, or nothing. */
  public static Optional<CniVersion> of(String text) {
    return Arrays.stream(values()).filter(version -> version.text.equals(text)).findFirst();
  }

  /**
   * As {@link #of}.
   *
   * @throws CniException INCOMPATIBLE_VERSION naming those that are spoken
   */
  public static CniVersion require(String text) throws CniException {
    return of(text)
        .orElseThrow(() ->
            new CniException(
                CniException.INCOMPATIBLE_VERSION,
                "field cniVersion: version \""
                    + text
                    + "\" is not spoken here: use one of "
                    + texts()));
  }

  /** All that are spoken, as {@code VERSION} answers them. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(CniVersion::text).toList();
  }

  public String text() {
    return text;
  }

  /** Whether a plugin of this version answers CHECK. */
  public boolean hasCheck() {
    return compareTo(V0_4_0) >= 0;
  }

  /** Whether a plugin of this version answers STATUS and GC. */
  public boolean hasStatusAndGc() {
    return compareTo(V1_1_0) >= 0;
  }

  /** Whether an address says if it is of version 4 or 6. */
  boolean tellsFamily() {
    return compareTo(V1_0_0) < 0;
  }

  @Override
  public String toString() {
    return text;
  }
}
