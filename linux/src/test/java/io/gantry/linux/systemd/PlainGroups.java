package io.gantry.linux.systemd;

import io.gantry.linux.Fd;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Groups as plain directories, with what was written into them. */
final class PlainGroups implements Cgroups {

  final List<String> made = new ArrayList<>();
  final List<CgroupLimits> written = new ArrayList<>();
  final List<String> removed = new ArrayList<>();
  Set<Integer> processes = Set.of();
  private final Path mount;

  PlainGroups(Path mount) {
    this.mount = mount;
  }

  @Override
  public Layout layout() {
    return Layout.V2;
  }

  @Override
  public Cgroup create(String path, CgroupLimits limits) {
    made.add(path);
    return at(path);
  }

  @Override
  public Cgroup at(String path) {
    return new Plain(path);
  }

  private final class Plain implements Cgroup {

    private final String path;

    private Plain(String path) {
      this.path = path;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public boolean exists() {
      return Files.isDirectory(mount.resolve(path.substring(1)));
    }

    @Override
    public Optional<Path> directory(String controller) {
      return Optional.of(mount.resolve(path.substring(1)));
    }

    @Override
    public void apply(CgroupLimits limits) {
      written.add(limits);
    }

    @Override
    public List<Fd> taskFiles() {
      return List.of();
    }

    @Override
    public List<Fd> cloneDirectory() {
      return List.of();
    }

    @Override
    public List<Fd> killFile() {
      return List.of();
    }

    @Override
    public Set<Integer> processes() {
      return processes;
    }

    @Override
    public void kill() {
      processes = Set.of();
    }

    @Override
    public long memoryInUse() {
      return 0;
    }

    @Override
    public long oomKills() {
      return 0;
    }

    @Override
    public void remove() {
      removed.add(path);
    }
  }
}
