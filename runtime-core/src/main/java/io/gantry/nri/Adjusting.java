package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.Hooks;
import io.gantry.api.nri.v1alpha1.KeyValue;
import io.gantry.api.nri.v1alpha1.LinuxDevice;
import io.gantry.api.nri.v1alpha1.Mount;
import io.gantry.container.ContainerSpec;
import io.gantry.container.DeviceSpec;
import io.gantry.container.Hook;
import io.gantry.container.MountSpec;
import io.gantry.container.PluginChanges;
import io.gantry.container.ResourceSpec;
import io.gantry.container.Rlimit;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes a request of a request and all that plugins want of it. */
final class Adjusting {

  private static final String REMOVED = "-";

  private final String plugin;

  /**
   * @param plugin the last one that wanted something, at whose door is what cannot be applied
   */
  Adjusting(String plugin) {
    this.plugin = plugin;
  }

  /** The request as it is to be, but for CDI devices. */
  ContainerSpec applied(ContainerAdjustment wanted, ContainerSpec spec) {
    if (wanted.equals(ContainerAdjustment.getDefaultInstance())) {
      return spec;
    }
    Set<String> without = new HashSet<>();
    List<String> environment = new ArrayList<>(spec.environment());
    wanted.getEnvList().forEach(variable -> set(variable, environment, without));
    ContainerSpec edited =
        spec.edited(
            environment,
            mounts(wanted.getMountsList(), spec.mounts()),
            devices(wanted.getLinux().getDevicesList(), spec.devices()),
            hooks(wanted.getHooks(), spec.hooks()),
            spec.security());
    return edited.changed(
        wanted.getArgsList(),
        resources(wanted, spec.resources()),
        new PluginChanges(annotations(wanted, spec), without, rlimits(wanted)));
  }

  private void set(KeyValue variable, List<String> environment, Set<String> without) {
    String name = variable.getKey();
    boolean removed = name.startsWith(REMOVED);
    String bare = removed ? name.substring(1) : name;
    if (bare.isEmpty() || bare.contains("=")) {
      throw wrong("env", bare, "no name of a variable");
    }
    environment.removeIf(each -> each.startsWith(bare + "="));
    if (removed) {
      without.add(bare);
    } else {
      without.remove(bare);
      environment.add(bare + "=" + variable.getValue());
    }
  }

  private static SortedMap<String, String> annotations(
      ContainerAdjustment wanted, ContainerSpec spec) {
    SortedMap<String, String> annotations = new TreeMap<>(spec.runtimeAnnotations());
    wanted.getAnnotationsMap().keySet().stream()
        .filter(name -> name.startsWith(REMOVED))
        .forEach(name -> annotations.remove(name.substring(1)));
    wanted
        .getAnnotationsMap()
        .forEach((name, value) -> {
          if (!name.startsWith(REMOVED)) {
            annotations.put(name, value);
          }
        });
    return annotations;
  }

  private List<Rlimit> rlimits(ContainerAdjustment wanted) {
    return wanted.getRlimitsList().stream()
        .map(limit -> {
          if (!Rlimit.isKnown(limit.getType())) {
            throw wrong("rlimits.type", limit.getType(), "no limit of setrlimit(2)");
          }
          if (Long.compareUnsigned(limit.getSoft(), limit.getHard()) > 0) {
            throw wrong("rlimits.soft", limit.getType(), "more than the hard limit");
          }
          return new Rlimit(limit.getType(), limit.getSoft(), limit.getHard());
        })
        .toList();
  }

  private ResourceSpec resources(ContainerAdjustment wanted, ResourceSpec before) {
    long score =
        wanted.getLinux().hasOomScoreAdj()
            ? wanted.getLinux().getOomScoreAdj().getValue()
            : before.oomScoreAdjustment();
    if (score < -1000 || score > 1000) {
      throw wrong("linux.oom_score_adj", Long.toString(score), "not from -1000 to 1000");
    }
    return new ResourceSpec(
        before.limits().changedBy(ResourceForms.limits(wanted.getLinux().getResources())),
        (int) score);
  }

  private List<MountSpec> mounts(List<Mount> wanted, List<MountSpec> before) {
    List<MountSpec> mounts = new ArrayList<>(before);
    for (Mount mount : wanted) {
      String target = mount.getDestination();
      boolean removed = target.startsWith(REMOVED);
      Path bare = Path.of(removed ? target.substring(1) : target).normalize();
      mounts.removeIf(each -> Path.of(each.containerPath()).normalize().equals(bare));
      if (!removed) {
        mounts.add(mount(mount));
      }
    }
    return mounts;
  }

  private MountSpec mount(Mount mount) {
    if (!Set.of("", "bind", "none").contains(mount.getType())) {
      throw wrong("mounts.type", mount.getType(), "only bind mounts are served");
    }
    if (!mount.getSource().startsWith("/") || !mount.getDestination().startsWith("/")) {
      throw wrong(
          "mounts", mount.getSource() + " at " + mount.getDestination(), "paths must be absolute");
    }
    Set<MountSpec.Option> options = EnumSet.noneOf(MountSpec.Option.class);
    MountSpec.Propagation propagation = MountSpec.Propagation.PRIVATE;
    boolean readOnly = false;
    boolean recursive = false;
    for (String option : mount.getOptionsList()) {
      switch (option) {
        case "ro" -> readOnly = true;
        case "rro" -> {
          readOnly = true;
          recursive = true;
        }
        case "rw", "bind", "rbind", "dev", "exec", "suid" -> {}
        case "nodev" -> options.add(MountSpec.Option.NODEV);
        case "noexec" -> options.add(MountSpec.Option.NOEXEC);
        case "nosuid" -> options.add(MountSpec.Option.NOSUID);
        case "private", "rprivate" -> propagation = MountSpec.Propagation.PRIVATE;
        case "slave", "rslave" -> propagation = MountSpec.Propagation.HOST_TO_CONTAINER;
        case "shared", "rshared" -> propagation = MountSpec.Propagation.BIDIRECTIONAL;
        default -> throw wrong("mounts.options", option, "no option that Gantry knows");
      }
    }
    return new MountSpec(
        mount.getDestination(),
        mount.getSource(),
        readOnly,
        recursive,
        propagation,
        false,
        options,
        null);
  }

  private List<DeviceSpec> devices(List<LinuxDevice> wanted, List<DeviceSpec> before) {
    List<DeviceSpec> devices = new ArrayList<>(before);
    for (LinuxDevice device : wanted) {
      String path = device.getPath();
      boolean removed = path.startsWith(REMOVED);
      String bare = removed ? path.substring(1) : path;
      devices.removeIf(each -> each.containerPath().equals(bare));
      if (!removed) {
        devices.add(device(device));
      }
    }
    return devices;
  }

  private DeviceSpec device(LinuxDevice device) {
    if (!device.getPath().startsWith("/")) {
      throw wrong("linux.devices.path", device.getPath(), "not absolute");
    }
    if (!Set.of("b", "c", "u").contains(device.getType())) {
      throw wrong("linux.devices.type", device.getType(), "neither b, c nor u");
    }
    if (!isNumber(device.getMajor()) || !isNumber(device.getMinor())) {
      throw wrong("linux.devices", device.getPath(), "numbers that no device has");
    }
    return new DeviceSpec(
        device.getPath(),
        device.getPath(),
        "rwm",
        new DeviceSpec.Look(
            device.getType().equals("u") ? "c" : device.getType(),
            (int) device.getMajor(),
            (int) device.getMinor(),
            device.hasFileMode() ? Integer.valueOf(device.getFileMode().getValue()) : null,
            device.hasUid() ? Long.valueOf(device.getUid().getValue()) : null,
            device.hasGid() ? Long.valueOf(device.getGid().getValue()) : null));
  }

  private static boolean isNumber(long number) {
    return number >= 0 && number <= Integer.MAX_VALUE;
  }

  private List<Hook> hooks(Hooks wanted, List<Hook> before) {
    List<Hook> hooks = new ArrayList<>(before);
    wanted.getPrestartList().forEach(hook -> hooks.add(hook(Hook.Stage.PRESTART, hook)));
    wanted.getCreateRuntimeList().forEach(hook -> hooks.add(hook(Hook.Stage.CREATE_RUNTIME, hook)));
    wanted
        .getCreateContainerList()
        .forEach(hook -> hooks.add(hook(Hook.Stage.CREATE_CONTAINER, hook)));
    wanted
        .getStartContainerList()
        .forEach(hook -> hooks.add(hook(Hook.Stage.START_CONTAINER, hook)));
    return hooks;
  }

  private Hook hook(Hook.Stage stage, io.gantry.api.nri.v1alpha1.Hook hook) {
    long seconds = hook.hasTimeout() ? hook.getTimeout().getValue() : Hook.DEFAULT_SECONDS;
    if (!hook.getPath().startsWith("/")) {
      throw wrong("hooks.path", hook.getPath(), "not absolute");
    }
    if (seconds < 1 || seconds > Hook.MOST_SECONDS) {
      String limits = "not from 1 to " + Hook.MOST_SECONDS + " seconds";
      throw wrong("hooks.timeout", Long.toString(seconds), limits);
    }
    List<String> words = hook.getArgsCount() == 0 ? List.of(hook.getPath()) : hook.getArgsList();
    return new Hook(stage, hook.getPath(), words, hook.getEnvList(), (int) seconds);
  }

  private InvalidException wrong(String what, String which, String problem) {
    return new InvalidException(
        new Subject("NRI plugin", plugin),
        "NRI plugin %s wants %s \"%s\": %s".formatted(plugin, what, which, problem),
        "see what the plugin is configured to do");
  }
}
