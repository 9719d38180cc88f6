package io.gantry.cdi;

import io.gantry.container.ContainerSpec;
import io.gantry.container.DeviceSpec;
import io.gantry.container.Hook;
import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives a container the CDI devices that it asks for, by the field (CRI
 * ContainerConfig.CDI_devices) or by annotations that begin with {@code cdi.k8s.io/}. What was
 * asked for and what the devices bring become one request, so a later change of the vendor's files
 * does not change a container that is there.
 */
public final class CdiEditing {

  private static final String ANNOTATION = "cdi.k8s.io/";
  private static final Set<String> NODE_TYPES = Set.of("", "b", "c", "u");
  private static final Set<String> MOUNT_TYPES = Set.of("", "bind", "none");
  private static final long LARGEST_ID = 0xffff_fffeL;

  private final CdiRegistry registry;

  public CdiEditing(CdiRegistry registry) {
    this.registry = registry;
  }

  /** The request with its devices; the same one when it asks for none, and no file is looked at. */
  public ContainerSpec edited(ContainerSpec spec) throws IOException {
    return edited(spec, names(spec));
  }

  /** The request with some devices, whether it asks for them or not. */
  public ContainerSpec edited(ContainerSpec spec, Set<String> names) throws IOException {
    if (names.isEmpty()) {
      return spec;
    }
    ContainerSpec edited = spec;
    for (CdiRegistry.Named each : registry.edits(names)) {
      edited = applied(each, edited);
    }
    return edited;
  }

  private static Set<String> names(ContainerSpec spec) {
    Set<String> names = new LinkedHashSet<>(spec.cdiDevices());
    for (Map.Entry<String, String> annotation : spec.annotations().entrySet()) {
      if (annotation.getKey().startsWith(ANNOTATION)) {
        Arrays.stream(annotation.getValue().split(",")).map(String::strip).forEach(names::add);
      }
    }
    return names;
  }

  private static ContainerSpec applied(CdiRegistry.Named named, ContainerSpec spec) {
    try {
      return applied(named.edits(), spec);
    } catch (WrongEdit e) {
      String message = named.file() + ", for CDI device " + named.device() + ": " + e.getMessage();
      Subject subject = new Subject("CDI device", named.device());
      throw e.unsupported
          ? new UnsupportedException(subject, message, "choose a device that does without", e)
          : new InvalidException(subject, message, "mend the file of its vendor", e);
    }
  }

  /** What a vendor's file says and cannot be done. */
  private static final class WrongEdit extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean unsupported;

    WrongEdit(String message, boolean unsupported) {
      super(message);
      this.unsupported = unsupported;
    }
  }

  private static ContainerSpec applied(CdiSpec.Edits edits, ContainerSpec spec) {
    refuse("intelRdt", edits.intelRdt() != null);
    refuse("netDevices", edits.netDevices() != null);
    List<String> environment = new ArrayList<>(spec.environment());
    edits.env().forEach(variable -> environment.add(variable(variable)));
    List<MountSpec> mounts = new ArrayList<>(spec.mounts());
    for (CdiSpec.Bind bind : edits.mounts()) {
      MountSpec mount = mount(bind);
      mounts.removeIf(each -> normal(each.containerPath()).equals(normal(mount.containerPath())));
      mounts.add(mount);
    }
    List<DeviceSpec> devices = new ArrayList<>(spec.devices());
    for (CdiSpec.Node node : edits.deviceNodes()) {
      DeviceSpec device = device(node);
      devices.removeIf(each -> normal(each.containerPath()).equals(normal(device.containerPath())));
      devices.add(device);
    }
    List<Hook> hooks = new ArrayList<>(spec.hooks());
    edits.hooks().forEach(program -> hooks.add(hook(program)));
    for (long group : edits.additionalGids()) {
      requireId("additionalGids", group);
    }
    List<Long> groups = edits.additionalGids().stream().filter(group -> group != 0).toList();
    return spec.edited(environment, mounts, devices, hooks, spec.security().withGroups(groups));
  }

  private static void refuse(String what, boolean present) {
    if (present) {
      throw new WrongEdit(what + " is something that Gantry cannot do", true);
    }
  }

  private static void require(boolean holds, String what, String which, String problem) {
    if (!holds) {
      throw new WrongEdit(what + " \"" + which + "\": " + problem, false);
    }
  }

  private static void requireId(String what, @Nullable Long id) {
    require(id == null || (id >= 0 && id <= LARGEST_ID), what, String.valueOf(id), "no such id");
  }

  private static String variable(String variable) {
    require(variable.indexOf('=') > 0, "env", variable, "not NAME=value");
    return variable;
  }

  private static String normal(String path) {
    return Path.of("/").resolve(path).normalize().toString();
  }

  private static DeviceSpec device(CdiSpec.Node node) {
    require(node.path().startsWith("/"), "deviceNodes.path", node.path(), "not absolute");
    require(
        NODE_TYPES.contains(node.type()), "deviceNodes.type", node.type(), "neither b, c nor u");
    // A cgroup takes -1 for any number.
    require(node.major() >= 0, "deviceNodes.major", Integer.toString(node.major()), "negative");
    require(node.minor() >= 0, "deviceNodes.minor", Integer.toString(node.minor()), "negative");
    requireId("deviceNodes.uid", node.uid());
    requireId("deviceNodes.gid", node.gid());
    String host = node.hostPath().isEmpty() ? node.path() : node.hostPath();
    return new DeviceSpec(
        node.path(),
        host,
        node.permissions(),
        new DeviceSpec.Look(
            node.type().equals("u") ? "c" : node.type(),
            node.major(),
            node.minor(),
            node.fileMode(),
            node.uid(),
            node.gid()));
  }

  private static MountSpec mount(CdiSpec.Bind bind) {
    require(MOUNT_TYPES.contains(bind.type()), "mounts.type", bind.type(), "not a bind mount");
    require(
        bind.hostPath().startsWith("/") && Files.exists(Path.of(bind.hostPath())),
        "mounts.hostPath",
        bind.hostPath(),
        "not there");
    Set<MountSpec.Option> options = EnumSet.noneOf(MountSpec.Option.class);
    Propagation propagation = Propagation.PRIVATE;
    boolean readOnly = false;
    for (String option : bind.options()) {
      switch (option) {
        case "ro" -> readOnly = true;
        case "rw", "bind", "rbind", "dev", "exec", "suid" -> {}
        case "nodev" -> options.add(MountSpec.Option.NODEV);
        case "noexec" -> options.add(MountSpec.Option.NOEXEC);
        case "nosuid" -> options.add(MountSpec.Option.NOSUID);
        case "private", "rprivate" -> propagation = Propagation.PRIVATE;
        case "slave", "rslave" -> propagation = Propagation.HOST_TO_CONTAINER;
        case "shared", "rshared" -> propagation = Propagation.BIDIRECTIONAL;
        default -> require(false, "mounts.options", option, "no option that Gantry knows");
      }
    }
    return new MountSpec(
        bind.containerPath(), bind.hostPath(), readOnly, false, propagation, false, options, null);
  }

  private static Hook hook(CdiSpec.Program program) {
    require(program.path().startsWith("/"), "hooks.path", program.path(), "not absolute");
    Hook.Stage stage =
        Hook.Stage.named(program.hookName())
            .orElseThrow(() ->
                new WrongEdit(
                    "hooks.hookName \""
                        + program.hookName()
                        + "\": Gantry runs "
                        + Hook.Stage.names(),
                    true));
    int timeout = program.timeout() == null ? Hook.DEFAULT_SECONDS : program.timeout();
    require(
        timeout > 0 && timeout <= Hook.MOST_SECONDS,
        "hooks.timeout",
        Integer.toString(timeout),
        "not from 1 to " + Hook.MOST_SECONDS + " seconds");
    List<String> arguments = program.args().isEmpty() ? List.of(program.path()) : program.args();
    return new Hook(stage, program.path(), arguments, program.env(), timeout);
  }
}
