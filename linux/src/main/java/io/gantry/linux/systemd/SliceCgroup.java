package io.gantry.linux.systemd;

import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import java.io.IOException;
import java.util.Map;

/** A slice, which pods share or which is one pod's own. It belongs to whoever named it. */
final class SliceCgroup extends UnitCgroup {

  SliceCgroup(Cgroup group, SystemdUnits units) {
    super(group, units);
  }

  @Override
  public void apply(CgroupLimits limits) throws IOException {
    Map<String, UnitValue> properties = ScopeProperties.of(limits);
    if (!properties.isEmpty()) {
      units().set(unit(), properties);
    }
  }

  /** Stops the slice where nothing runs in it; with it everything in it would be stopped. */
  @Override
  public void remove() throws IOException {
    if (exists() && processes().isEmpty()) {
      units().stop(unit());
    }
  }
}
