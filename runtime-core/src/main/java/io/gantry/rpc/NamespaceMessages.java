package io.gantry.rpc;

import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.NamespaceOptions;

/** CRI NamespaceOption from and to its domain form. */
final class NamespaceMessages {

  private NamespaceMessages() {}

  static NamespaceOptions options(NamespaceOption option, Field field) {
    refuseUserNamespace(option, field.in("userns_options"));
    NamespaceMode pid = mode(option.getPid(), field.in("pid"));
    boolean targeted = pid == NamespaceMode.TARGET;
    return new NamespaceOptions(
        shared(option.getNetwork(), field.in("network")),
        pid,
        shared(option.getIpc(), field.in("ipc")),
        targeted ? field.in("target_id").required(option.getTargetId()) : "");
  }

  static NamespaceOption message(NamespaceOptions options) {
    return NamespaceOption.newBuilder()
        .setNetwork(message(options.network()))
        .setPid(message(options.pid()))
        .setIpc(message(options.ipc()))
        .setTargetId(options.targetContainer())
        .build();
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

  private static void refuseUserNamespace(NamespaceOption option, Field field) {
    if (!option.hasUsernsOptions()) {
      return;
    }
    switch (option.getUsernsOptions().getMode()) {
      case NODE -> {}
      case POD ->
          throw field.unsupported(
              "user namespaces are not there yet", "run the pod with hostUsers: true");
      case CONTAINER, TARGET, UNRECOGNIZED ->
          throw field.in("mode").wrong("is no mode for users", "give POD or NODE");
    }
  }
}
