package io.gantry.cli;

/** The version of this program. */
final class Version {
  private Version() {}

  /** One line. The version is that of the jar; classes outside a jar have none. */
  static String text() {
    var version = Version.class.getPackage().getImplementationVersion();
    return "gantry " + (version == null ? "(development build)" : version);
  }
}
