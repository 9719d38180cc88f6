package io.gantry.oci;

import io.gantry.container.DeviceSpec;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.Device;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.Syscalls;
import io.gantry.pod.UserMapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks up devices of the machine. */
final class HostDevices {

  private static final Path DEV = Path.of("/dev");
  private static final int DEEPEST = 16;
  private static final int EVERYBODYS = 0666;
  private static final int PERMISSIONS = 0777;

  /** What the kernel takes as one path, without the closing NUL (PATH_MAX of limits.h). */
  private static final int LONGEST_PATH = 4095;

  /**
   * File systems and links of their own, made anew in each container, and the machine's console.
   */
  private static final Set<String> NOT_DEVICES =
      Set.of("pts", "shm", "fd", "mqueue", "console", "ptmx", ".lxc", ".lxd-mounts", ".udev");

  private final Syscalls syscalls;

  HostDevices(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  /**
   * What requests ask for (CRI Device); a directory stands for all devices in it.
   *
   * @param user to whom described devices belong that say nothing else
   * @param users in which the owners of described devices are meant, or null
   */
  List<DeviceGrant> granted(
      List<DeviceSpec> requested, ProcessUser user, @Nullable UserMapping users)
      throws IOException {
    List<DeviceGrant> grants = new ArrayList<>();
    for (DeviceSpec each : requested) {
      String access = access(each);
      DeviceSpec.Look look = each.look();
      if (look != null) {
        grants.add(new DeviceGrant(described(each, look, user, users), access));
        continue;
      }
      for (DeviceNode node : nodes(each)) {
        grants.add(new DeviceGrant(node, access));
      }
    }
    return grants;
  }

  private static String access(DeviceSpec device) {
    String letters = device.permissions();
    if (!letters.chars().allMatch(letter -> "rwm".indexOf(letter) >= 0)) {
      throw invalid(device, "permissions \"" + letters + "\" are not letters of rwm", "");
    }
    return letters.isEmpty() ? "rwm" : letters;
  }

  /** As the CDI specification has it, with what runc fills in where it says nothing. */
  private DeviceNode described(
      DeviceSpec device, DeviceSpec.Look look, ProcessUser user, @Nullable UserMapping users)
      throws IOException {
    requireShort(device, device.containerPath());
    int type = look.type().equals("b") ? FileFlags.S_IFBLK : FileFlags.S_IFCHR;
    Device numbers = new Device(look.major(), look.minor());
    if (look.type().isEmpty() || (look.major() == 0 && look.minor() == 0)) {
      DeviceNode there = nodes(device).getFirst();
      int typeThere = there.mode() & FileFlags.S_IFMT;
      if (!look.type().isEmpty() && type != typeThere) {
        throw invalid(device, "it is not of type \"" + look.type() + "\"", "");
      }
      type = typeThere;
      numbers = there.device();
    }
    int mode = look.fileMode() == null ? EVERYBODYS : look.fileMode() & PERMISSIONS;
    return new DeviceNode(
        device.containerPath(),
        type | mode,
        numbers,
        owner(look.uid() == null ? user.uid() : look.uid(), users == null ? 0 : users.rootUid()),
        owner(look.gid() == null ? user.gid() : look.gid(), users == null ? 0 : users.rootGid()));
  }

  /** On the machine; the 32 bits of the sum are what the kernel takes. */
  private static int owner(long inside, int first) {
    return (int) inside + first;
  }

  private List<DeviceNode> nodes(DeviceSpec device) throws IOException {
    Path real;
    try {
      real = Path.of(device.hostPath()).toRealPath();
    } catch (NoSuchFileException _) {
      throw invalid(device, "there is no such file", "check the path on the node");
    }
    String target = device.containerPath().isEmpty() ? device.hostPath() : device.containerPath();
    requireShort(device, target);
    List<DeviceNode> found = new ArrayList<>();
    if (Files.isDirectory(real)) {
      collect(real, target, 0, found);
    } else {
      node(real, target).ifPresent(found::add);
    }
    if (found.isEmpty()) {
      throw invalid(device, "it is no device", "use a mount for files and directories");
    }
    // A directory stands for devices whose paths are longer than its own.
    found.forEach(node -> requireShort(device, node.path()));
    return found;
  }

  private static void requireShort(DeviceSpec device, String target) {
    int length = target.getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_PATH) {
      String problem = "container_path of " + length + " bytes is longer than " + LONGEST_PATH;
      throw invalid(device, problem, "give a shorter container_path");
    }
  }

  /** Every device of the machine under its own name, for privileged containers. */
  List<DeviceNode> all() throws IOException {
    List<DeviceNode> found = new ArrayList<>();
    collect(DEV, DEV.toString(), 0, found);
    return found;
  }

  private void collect(Path directory, String target, int depth, List<DeviceNode> found)
      throws IOException {
    if (depth > DEEPEST) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (NOT_DEVICES.contains(name)) {
          continue;
        }
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          collect(entry, target + "/" + name, depth + 1, found);
        } else {
          node(entry, target + "/" + name).ifPresent(found::add);
        }
      }
    }
  }

  private Optional<DeviceNode> node(Path file, String target) throws IOException {
    FileStatus status = syscalls.statx(Fd.CWD, file.toString());
    int type = status.mode() & FileFlags.S_IFMT;
    if (type != FileFlags.S_IFCHR && type != FileFlags.S_IFBLK) {
      return Optional.empty();
    }
    return Optional.of(
        new DeviceNode(target, status.mode(), status.special(), status.uid(), status.gid()));
  }

  private static InvalidException invalid(DeviceSpec device, String problem, String nextStep) {
    return new InvalidException(
        new Subject("device", device.hostPath()),
        "devices: " + device.hostPath() + ": " + problem,
        nextStep);
  }
}
