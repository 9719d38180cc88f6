package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel's version as far as it decides what the kernel can do. */
public record KernelVersion(int major, int minor) {

  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

  /** Reads {@code /proc/sys/kernel/osrelease}. */
  public static KernelVersion current() throws IOException {
    return parse(Files.readString(Path.of("/proc/sys/kernel/osrelease")));
  }

  /** Reads a release such as {@code 6.1.0-18-amd64}. */
  public static KernelVersion parse(String release) {
    Matcher numbers = RELEASE.matcher(release);
    if (!numbers.matches()) {
      throw new IllegalArgumentException("not a kernel release: " + release);
    }
    return new KernelVersion(
        Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
  }

  public boolean atLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
