package io.gantry.oci;

import io.gantry.container.DeviceSpec;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.Syscalls;
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

/** Looks up devices of the machine. */
final class HostDevices {

  private static final Path DEV = Path.of("/dev");
  private static final int DEEPEST = 16;

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

  /** What requests ask for (CRI Device); a directory stands for all devices in it. */
  List<DeviceGrant> granted(List<DeviceSpec> requested) throws IOException {
    List<DeviceGrant> grants = new ArrayList<>();
    for (DeviceSpec each : requested) {
      String access = access(each);
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
