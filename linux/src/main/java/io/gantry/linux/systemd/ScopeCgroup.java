package io.gantry.linux.systemd;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Syscalls;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The scope of a container. One thread at a time, as all that is done with a container. */
final class ScopeCgroup extends UnitCgroup {

  private static final String OOM_GROUP = "memory.oom.group";

  private final Syscalls calls;
  private @Nullable Occupant occupant;
  private CgroupLimits onRelease = CgroupLimits.NONE;

  /** A scope that may exist or not. */
  ScopeCgroup(Cgroup group, SystemdUnits units, Syscalls calls) {
    super(group, units);
    this.calls = calls;
  }

  /**
   * Gives systemd's scope the limits that systemd has no words for, and those it rounds.
   *
   * @param first is in it and counts against the number of tasks until {@link #release}
   */
  void occupy(Occupant first, CgroupLimits limits) throws IOException {
    OptionalLong most = limits.pids();
    if (most.orElse(-1) >= 0) {
      onRelease = pids(most.getAsLong());
      group().apply(limits.changedBy(pids(most.getAsLong() + 1)));
    } else {
      group().apply(limits);
    }
    occupant = first;
  }

  private static CgroupLimits pids(long most) {
    CgroupLimits none = CgroupLimits.NONE;
    return new CgroupLimits(
        none.memoryBytes(),
        none.memoryAndSwapBytes(),
        none.cpuShares(),
        none.cpuQuotaMicros(),
        none.cpuPeriodMicros(),
        OptionalLong.of(most),
        none.cpus(),
        none.mems(),
        none.hugepageBytes(),
        none.unified());
  }

  @Override
  public void release() throws IOException {
    Occupant first = occupant;
    occupant = null;
    if (first != null) {
      first.end();
      // A group whose process has ended already is gone with its limits.
      if (exists()) {
        group().apply(onRelease);
      }
    }
  }

  @Override
  public List<Fd> eventFile() throws IOException {
    return List.of(calls.open(file("memory.events"), FileFlags.O_RDONLY, 0));
  }

  private Path file(String name) {
    return group().directory("memory").orElseThrow().resolve(name);
  }

  /**
   * By systemd first, which keeps them, then into the files, which take them unrounded. systemd
   * writes all that it knows of a controller at once, so what only the files know is kept over it.
   */
  @Override
  public void apply(CgroupLimits limits) throws IOException {
    CgroupLimits whole = withBothHalves(limits);
    Map<String, UnitValue> properties = ScopeProperties.of(whole);
    if (!properties.isEmpty()) {
      String oomGroup = Files.readString(file(OOM_GROUP));
      units().set(unit(), properties);
      Files.writeString(file(OOM_GROUP), oomGroup);
    }
    group().apply(whole);
  }

  /** systemd counts a quota for each second, which takes the period too; one file has both. */
  private CgroupLimits withBothHalves(CgroupLimits limits) throws IOException {
    if (limits.cpuQuotaMicros().isPresent() == limits.cpuPeriodMicros().isPresent()) {
      return limits;
    }
    String[] now = Files.readString(file("cpu.max")).strip().split(" ", 2);
    CgroupLimits none = CgroupLimits.NONE;
    CgroupLimits there =
        new CgroupLimits(
            none.memoryBytes(),
            none.memoryAndSwapBytes(),
            none.cpuShares(),
            OptionalLong.of(now[0].equals("max") ? -1 : Long.parseLong(now[0])),
            OptionalLong.of(Long.parseLong(now[1])),
            none.pids(),
            none.cpus(),
            none.mems(),
            none.hugepageBytes(),
            none.unified());
    return there.changedBy(limits);
  }

  /** An empty scope goes by itself, but one whose processes were just killed not at once. */
  @Override
  public void remove() throws IOException {
    group().remove();
    units().stop(unit());
  }
}
