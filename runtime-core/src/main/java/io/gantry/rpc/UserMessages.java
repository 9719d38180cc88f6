package io.gantry.rpc;

import io.gantry.api.cri.v1.IDMapping;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.UserNamespace;
import io.gantry.pod.IdRange;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.UserMapping;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CRI UserNamespace and the mappings of mounts from and to their domain form. */
final class UserMessages {

  private UserMessages() {}

  /** Null when the machine's users are wanted. */
  static @Nullable UserMapping mapping(NamespaceOption option, Field parent) {
    UserNamespace users = option.getUsernsOptions();
    Field field = parent.in("userns_options");
    if (!option.hasUsernsOptions()) {
      return null;
    }
    return switch (users.getMode()) {
      case POD -> mapping(users.getUidsList(), users.getGidsList(), field, "uids", "gids");
      case NODE -> {
        refuseMappings(users.getUidsList(), field.in("uids"));
        refuseMappings(users.getGidsList(), field.in("gids"));
        yield null;
      }
      case CONTAINER, TARGET, UNRECOGNIZED ->
          throw field.in("mode").wrong("is no mode for users", "give POD or NODE");
    };
  }

  private static void refuseMappings(List<IDMapping> mappings, Field field) {
    if (!mappings.isEmpty()) {
      throw field.wrong("maps ids of the machine's own user namespace", "give mode POD");
    }
  }

  private static UserMapping mapping(
      List<IDMapping> uids, List<IDMapping> gids, Field field, String uidName, String gidName) {
    return new UserMapping(range(uids, field.in(uidName)), range(gids, field.in(gidName)));
  }

  /** One row, as kubelet sends it and the other runtimes want it. */
  private static IdRange range(List<IDMapping> mappings, Field field) {
    field.presentIf(!mappings.isEmpty());
    if (mappings.size() > 1) {
      throw field.wrong("has " + mappings.size() + " mappings", "give one");
    }
    Field row = field.item(0);
    IDMapping mapping = mappings.getFirst();
    long first = Integer.toUnsignedLong(mapping.getHostId());
    long length = Integer.toUnsignedLong(mapping.getLength());
    if (mapping.getContainerId() != 0) {
      throw row.in("container_id")
          .wrong(
              "is " + Integer.toUnsignedString(mapping.getContainerId()) + ", so that 0 is nobody",
              "map ids from 0 on");
    }
    if (first == 0) {
      throw row.in("host_id")
          .wrong("is 0, so that root inside is the machine's root", "map to other ids");
    }
    row.in("length").between(length, 1, IdRange.LAST - first + 1);
    return new IdRange(first, length);
  }

  /** What is shared with the machine cannot belong to the pod's user namespace. */
  static void checkOthers(
      NamespaceMode network, NamespaceMode pid, NamespaceMode ipc, Field parent) {
    requireOwn(network, parent.in("network"));
    requireOwn(pid, parent.in("pid"));
    requireOwn(ipc, parent.in("ipc"));
  }

  private static void requireOwn(NamespaceMode mode, Field field) {
    if (mode == NamespaceMode.NODE) {
      throw field.wrong(
          "is NODE in a pod with a user namespace", "give it its own, or userns_options mode NODE");
    }
  }

  static UserNamespace message(UserMapping users) {
    return UserNamespace.newBuilder()
        .setMode(io.gantry.api.cri.v1.NamespaceMode.POD)
        .addUids(message(users.uids()))
        .addGids(message(users.gids()))
        .build();
  }

  private static IDMapping message(IdRange range) {
    return IDMapping.newBuilder()
        .setHostId((int) range.first())
        .setLength((int) range.length())
        .build();
  }

  /**
   * Whether the owners of a mount are to be mapped, which they can be only as the pod's users are.
   *
   * @param users the pod's, or null
   */
  static boolean isMapped(
      List<IDMapping> uids, List<IDMapping> gids, @Nullable UserMapping users, Field field) {
    if (uids.isEmpty() && gids.isEmpty()) {
      return false;
    }
    UserMapping wanted = mapping(uids, gids, field, "uidMappings", "gidMappings");
    if (users == null) {
      throw field.in("uidMappings").wrong("is set, but the pod has no user namespace", "");
    }
    if (!wanted.equals(users)) {
      throw field.in("uidMappings").wrong("and gidMappings are not the pod's", "give the same");
    }
    return true;
  }
}
