package io.gantry.image.manifest;

/**
 * What an image runs on (OCI image index, {@code platform}).
 *
 * @param architecture Go's names, such as {@code amd64}
 * @param variant of the processor, such as {@code v8}, or empty
 */
public record Platform(String os, String architecture, String variant) {

  /** The platform of this machine. */
  public static Platform ofMachine() {
    return ofJava(System.getProperty("os.arch", ""));
  }

  static Platform ofJava(String arch) {
    return switch (arch) {
      case "amd64", "x86_64" -> new Platform("linux", "amd64", "");
      case "aarch64" -> new Platform("linux", "arm64", "v8");
      default -> new Platform("linux", arch, "");
    };
  }

  /**
   * How well something made for {@code other} runs here: 0 not at all, higher is better. A missing
   * variant means the base one.
   */
  int fitness(Platform other) {
    if (!os.equals(other.os) || !architecture.equals(other.architecture)) {
      return 0;
    }
    if (baseVariant().equals(other.baseVariant())) {
      return variant.equals(other.variant) ? 3 : 2;
    }
    return 0;
  }

  /** Whether something made for this platform runs on that machine. */
  public boolean runsOn(Platform machine) {
    return machine.fitness(this) > 0;
  }

  private String baseVariant() {
    if (!variant.isEmpty()) {
      return variant;
    }
    return switch (architecture) {
      case "arm64" -> "v8";
      case "amd64" -> "v1";
      default -> "";
    };
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
