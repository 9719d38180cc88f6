package io.gantry.oci;

import static io.gantry.linux.MountFlags.MOUNT_ATTR_NODEV;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_NOEXEC;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_NOSUID;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_RDONLY;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A mount in the words of the OCI runtime specification (config.md, Mounts). */
final class MountView {

  private MountView() {}

  static ObjectNode of(MountPoint mount) {
    return switch (mount.source()) {
      case MountPoint.FileSystem fs -> {
        List<String> options = options(fs.attributes(), "");
        options.addAll(fs.options());
        yield view(mount, fs.type(), fs.type(), options);
      }
      case MountPoint.HostPath path -> {
        List<String> options = options(path.attributes(), path.everywhere() ? "r" : "");
        restrictions(options, path.restrictions(), "r");
        options.addFirst("rbind");
        options.add(
            switch (path.propagation()) {
              case PRIVATE -> "rprivate";
              case HOST_TO_CONTAINER -> "rslave";
              case BIDIRECTIONAL -> "rshared";
            });
        yield view(mount, "bind", path.path().toString(), options);
      }
      case MountPoint.ImageFiles image -> {
        List<String> options = options(image.attributes() | MOUNT_ATTR_RDONLY, "");
        yield view(mount, "bind", image.image(), options);
      }
      case MountPoint.PodSharedMemory _ ->
          view(mount, "bind", "shm", new ArrayList<>(List.of("bind")));
      case MountPoint.HierarchyDirectory directory ->
          view(mount, "tmpfs", "tmpfs", List.of(directory.writable() ? "rw" : "ro"));
    };
  }

  private static List<String> options(int attributes, String prefix) {
    List<String> options = new ArrayList<>();
    options.add(prefix + ((attributes & MOUNT_ATTR_RDONLY) == 0 ? "rw" : "ro"));
    restrictions(options, attributes, prefix);
    return options;
  }

  private static void restrictions(List<String> options, int attributes, String prefix) {
    add(options, attributes, MOUNT_ATTR_NOSUID, prefix + "nosuid");
    add(options, attributes, MOUNT_ATTR_NODEV, prefix + "nodev");
    add(options, attributes, MOUNT_ATTR_NOEXEC, prefix + "noexec");
  }

  private static void add(List<String> options, int attributes, int flag, String name) {
    if ((attributes & flag) != 0) {
      options.add(name);
    }
  }

  private static ObjectNode view(
      MountPoint mount, String type, String source, List<String> options) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("destination", mount.target()).put("type", type).put("source", source);
    ArrayNode array = node.putArray("options");
    options.forEach(array::add);
    return node;
  }
}
