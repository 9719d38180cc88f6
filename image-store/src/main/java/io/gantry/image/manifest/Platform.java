package io.gantry.image.manifest;

/**
 * What an image runs on (OCI image index, {@code platform}).
 *
 * @param architecture Go's names, such as {@code amd64}
 * @param variant of the processor, such as {@code v8}, or empty
 */
public record Platform(String os, String architecture, String variant) {

  private static final int EXACT = 1000;
  private static final int UNKNOWN = -1;

  /** The platform of this machine, as images for all machines of its kind name it. */
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

  /** The same with the level of this machine's processor, where there are levels. */
  public static Platform ofProcessor() {
    Platform machine = ofMachine();
    return machine.architecture.equals("amd64")
        ? new Platform(machine.os, machine.architecture, ProcessorLevel.ofMachine().variant())
        : machine;
  }

  /**
   * How well something made for {@code other} runs here: 0 not at all, higher is better. A missing
   * variant means the base one; of several that run here the highest uses the processor best.
   */
  int fitness(Platform other) {
    if (!os.equals(other.os) || !architecture.equals(other.architecture)) {
      return 0;
    }
    if (variant.equals(other.variant)) {
      return EXACT;
    }
    int theirs = other.level();
    return theirs == UNKNOWN || theirs > level() ? 0 : 1 + theirs;
  }

  /** The number in {@code v8} or {@code v8.2}; later numbers run what earlier ones run. */
  private int level() {
    if (variant.isEmpty()) {
      return switch (architecture) {
        case "arm64" -> 8;
        case "arm" -> 7;
        default -> 1;
      };
    }
    boolean numbered = variant.matches("v\\d{1,2}(\\.\\d{1,2})?");
    int dot = variant.indexOf('.');
    return numbered
        ? Integer.parseInt(variant.substring(1, dot < 0 ? variant.length() : dot))
        : UNKNOWN;
  }

  /** Whether something made for this platform runs on that machine. */
  public boolean runsOn(Platform machine) {
    return machine.fitness(this) > 0;
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
