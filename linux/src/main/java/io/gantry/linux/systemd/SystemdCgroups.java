package io.gantry.linux.systemd;

import io.gantry.linux.Syscalls;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Control groups of version 2 that systemd makes and keeps: a path that ends with {@code .scope}
 * below one of slices. Any other path is a plain directory. Safe for use by several threads.
 */
public final class SystemdCgroups implements Cgroups {

  private static final String SCOPE = ".scope";

  /** The first that knows AllowedCPUs and AllowedMemoryNodes. */
  private static final int OLDEST = 244;

  private static final Pattern VERSION = Pattern.compile("(\\d{1,5}).*");

  private final Cgroups files;
  private final SystemdUnits units;
  private final ScopeKeeper keeper;
  private final Syscalls calls;
  private final int version;

  /** What tells systemd's version. */
  @FunctionalInterface
  interface VersionSource {
    String version() throws IOException;
  }

  /**
   * The groups of this machine.
   *
   * @param files the same as directories
   * @throws SystemdMissingException when systemd cannot keep them, with the reason
   */
  public static SystemdCgroups of(Cgroups files, ScopeKeeper keeper, Syscalls calls)
      throws SystemdMissingException {
    BusUnits units = new BusUnits();
    int version = require(Path.of("/"), files.layout(), units::version);
    return new SystemdCgroups(files, units, keeper, calls, version);
  }

  SystemdCgroups(
      Cgroups files, SystemdUnits units, ScopeKeeper keeper, Syscalls calls, int version) {
    this.version = version;
    this.files = files;
    this.units = units;
    this.keeper = keeper;
    this.calls = calls;
  }

  /**
   * Looks from what is cheap to what is not.
   *
   * @param root stands for {@code /}
   * @return the version of systemd
   */
  static int require(Path root, Layout layout, VersionSource systemd)
      throws SystemdMissingException {
    if (!Files.isDirectory(root.resolve("run/systemd/system"))) {
      throw new SystemdMissingException(
          "systemd does not run here: there is no /run/systemd/system (sd_booted(3))");
    }
    if (layout != Layout.V2) {
      throw new SystemdMissingException(
          "it takes control groups of version 2, and this machine has "
              + (layout == Layout.V1 ? "version 1" : "both versions (the hybrid layout)")
              + "; boot with systemd.unified_cgroup_hierarchy=1");
    }
    String version;
    try {
      version = systemd.version();
    } catch (SystemdMissingException e) {
      throw e;
    } catch (IOException e) {
      throw new SystemdMissingException("systemd does not answer: " + e.getMessage(), e);
    }
    Matcher number = VERSION.matcher(version);
    if (!number.matches() || Integer.parseInt(number.group(1)) < OLDEST) {
      throw new SystemdMissingException(
          "it takes systemd " + OLDEST + " or newer, and this is " + version);
    }
    return Integer.parseInt(number.group(1));
  }

  @Override
  public Layout layout() {
    return files.layout();
  }

  @Override
  public Cgroup create(String path, CgroupLimits limits) throws IOException {
    if (!(at(path) instanceof ScopeCgroup scope)) {
      return files.create(path, limits);
    }
    SliceName slice = SliceName.parse(path.substring(0, path.lastIndexOf('/')));
    Occupant first = Occupant.start(calls, keeper, scope.unit());
    try {
      units.start(
          scope.unit(),
          ScopeProperties.starting(scope.unit(), slice, first.pid(), limits, version));
      // systemd switches on the controllers that it knows, and this the others.
      files.create(path, CgroupLimits.NONE);
      scope.occupy(first, limits);
      return scope;
    } catch (IOException | RuntimeException e) {
      first.end(e);
      throw e;
    }
  }

  @Override
  public Cgroup at(String path) {
    Cgroup group = files.at(path);
    if (path.endsWith(SCOPE)) {
      return new ScopeCgroup(group, units, calls);
    }
    return SliceName.isSlice(path) ? new SliceCgroup(group, units) : group;
  }
}
