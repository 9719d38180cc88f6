package io.gantry.rpc;

import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.UserMapping;
import java.util.Objects;

/** CRI NamespaceOption from and to its domain form. */
final class NamespaceMessages {

  private NamespaceMessages() {}

  static NamespaceOptions options(NamespaceOption option, Field field) {
    NamespaceMode network = shared(option.getNetwork(), field.in("network"));
    NamespaceMode pid = mode(option.getPid(), field.in("pid"));
    NamespaceMode ipc = shared(option.getIpc(), field.in("ipc"));
    boolean targeted = pid == NamespaceMode.TARGET;
    UserMapping users = UserMessages.mapping(option, field);
    if (users != null) {
      UserMessages.checkOthers(network, pid, ipc, field);
    }
    return new NamespaceOptions(
        network,
        pid,
        ipc,
        targeted ? field.in("target_id").required(option.getTargetId()) : "",
        users);
  }

  /**
   * What a container of a pod asks for.
   *
   * @param pod its pod's: users are not for a container alone
   */
  static NamespaceOptions options(NamespaceOption option, NamespaceOptions pod, Field field) {
    NamespaceOptions own = options(option, field);
    UserMapping users = pod.users();
    if (!option.hasUsernsOptions() && users != null) {
      UserMessages.checkOthers(own.network(), own.pid(), own.ipc(), field);
      return own.withUsers(users);
    }
    if (!Objects.equals(own.users(), users)) {
      throw field.in("userns_options").wrong("is not the pod's", "give the same, or leave it out");
    }
    return own;
  }

  static NamespaceOption message(NamespaceOptions options) {
    NamespaceOption.Builder message =
        NamespaceOption.newBuilder()
            .setNetwork(message(options.network()))
            .setPid(message(options.pid()))
            .setIpc(message(options.ipc()))
            .setTargetId(options.targetContainer());
    if (options.users() != null) {
      message.setUsernsOptions(UserMessages.message(options.users()));
    }
    return message.build();
  }

  /** CRI: network and ipc are POD or NODE. */
  private static NamespaceMode shared(io.gantry.api.cri.v1.NamespaceMode value, Field field) {
    NamespaceMode mode = mode(value, field);
    if (mode != NamespaceMode.POD && mode != NamespaceMode.NODE) {
      throw field.wrong("is " + mode, "give POD or NODE");
    }
    return mode;
  }

  private static NamespaceMode mode(io.gantry.api.cri.v1.NamespaceMode value, Field field) {
    return switch (value) {
      case POD -> NamespaceMode.POD;
      case CONTAINER -> NamespaceMode.CONTAINER;
      case NODE -> NamespaceMode.NODE;
      case TARGET -> NamespaceMode.TARGET;
      case UNRECOGNIZED -> throw field.wrong("is no namespace mode", "");
    };
  }

  private static io.gantry.api.cri.v1.NamespaceMode message(NamespaceMode mode) {
    return switch (mode) {
      case POD -> io.gantry.api.cri.v1.NamespaceMode.POD;
      case CONTAINER -> io.gantry.api.cri.v1.NamespaceMode.CONTAINER;
      case NODE -> io.gantry.api.cri.v1.NamespaceMode.NODE;
      case TARGET -> io.gantry.api.cri.v1.NamespaceMode.TARGET;
    };
  }
}
