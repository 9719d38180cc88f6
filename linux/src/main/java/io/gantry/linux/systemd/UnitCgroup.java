package io.gantry.linux.systemd;

import io.gantry.linux.Fd;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.DeviceRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The group of a unit of systemd. What it is asked is read from and written into its files. */
abstract class UnitCgroup implements Cgroup {

  private final Cgroup group;
  private final String unit;
  private final SystemdUnits units;

  UnitCgroup(Cgroup group, SystemdUnits units) {
    this.group = group;
    this.unit = group.path().substring(group.path().lastIndexOf('/') + 1);
    this.units = units;
  }

  final Cgroup group() {
    return group;
  }

  final String unit() {
    return unit;
  }

  final SystemdUnits units() {
    return units;
  }

  @Override
  public String path() {
    return group.path();
  }

  @Override
  public boolean exists() {
    return group.exists();
  }

  @Override
  public Optional<Path> directory(String controller) {
    return group.directory(controller);
  }

  @Override
  public void restrictDevices(List<DeviceRule> allowed) throws IOException {
    group.restrictDevices(allowed);
  }

  @Override
  public List<Fd> taskFiles() throws IOException {
    return group.taskFiles();
  }

  @Override
  public List<Fd> cloneDirectory() throws IOException {
    return group.cloneDirectory();
  }

  @Override
  public List<Fd> killFile() throws IOException {
    return group.killFile();
  }

  @Override
  public Set<Integer> processes() throws IOException {
    return group.processes();
  }

  @Override
  public void kill() throws IOException {
    group.kill();
  }

  @Override
  public void freeze() throws IOException {
    group.freeze();
  }

  @Override
  public void thaw() throws IOException {
    group.thaw();
  }

  @Override
  public long memoryInUse() throws IOException {
    return group.memoryInUse();
  }

  @Override
  public long oomKills() throws IOException {
    return group.oomKills();
  }

  /** Limits that a unit keeps have to go by systemd, or it would take them back. */
  @Override
  public abstract void apply(CgroupLimits limits) throws IOException;

  @Override
  public abstract void remove() throws IOException;
}
