package io.gantry.cli.run;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerMetadata;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.Int64Value;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.api.cri.v1.LinuxContainerConfig;
import io.gantry.api.cri.v1.LinuxContainerSecurityContext;
import io.gantry.api.cri.v1.LinuxPodSandboxConfig;
import io.gantry.api.cri.v1.LinuxSandboxSecurityContext;
import io.gantry.api.cri.v1.Mount;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxMetadata;
import io.gantry.api.cri.v1.SecurityProfile;
import io.gantry.api.cri.v1.SecurityProfile.ProfileType;
import io.gantry.cli.session.CliException;
import java.util.List;
import java.util.Locale;

/** The pod and the container that an image name and a few options amount to. */
record RunPlan(PodSandboxConfig pod, ContainerConfig container) {
  private static final String NAMESPACE = "default";
  private static final String LOGS = "/var/log/gantry/";
  private static final int LONGEST_HOSTNAME = 63;

  /**
   * The plan for an image.
   *
   * @param uid unique for each pod
   * @param command takes the place of the image's command, as the entry point's arguments
   */
  static RunPlan of(RunOptions options, String image, List<String> command, String uid) {
    var name = options.name == null ? defaultName(image, uid) : options.name;
    var namespaces = namespaces(options.network);
    return new RunPlan(
        pod(name, uid, namespaces), container(options, name, image, command, namespaces));
  }

  private static PodSandboxConfig pod(String name, String uid, NamespaceOption namespaces) {
    var security = LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(namespaces);
    var pod =
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder().setName(name).setUid(uid).setNamespace(NAMESPACE))
            .setLogDirectory(LOGS + NAMESPACE + "_" + name + "_" + uid)
            .setLinux(LinuxPodSandboxConfig.newBuilder().setSecurityContext(security));
    if (namespaces.getNetwork() == NamespaceMode.POD) {
      pod.setHostname(hostname(name));
    }
    return pod.build();
  }

  private static ContainerConfig container(
      RunOptions options,
      String name,
      String image,
      List<String> command,
      NamespaceOption namespaces) {
    var security =
        LinuxContainerSecurityContext.newBuilder()
            .setNamespaceOptions(namespaces)
            .setSeccomp(SecurityProfile.newBuilder().setProfileType(ProfileType.RuntimeDefault));
    user(options.user, security);
    var container =
        ContainerConfig.newBuilder()
            .setMetadata(ContainerMetadata.newBuilder().setName(name))
            .setImage(ImageSpec.newBuilder().setImage(image).setUserSpecifiedImage(image))
            .addAllArgs(command)
            .setWorkingDir(options.directory)
            .setLogPath(name + ".log")
            .setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security));
    options.environment.forEach(each -> container.addEnvs(variable(each)));
    options.volumes.forEach(each -> container.addMounts(mount(each)));
    return container.build();
  }

  /** A process namespace of its own, because a shared one needs a process that holds it. */
  private static NamespaceOption namespaces(String network) {
    var mode =
        switch (network) {
          case "pod" -> NamespaceMode.POD;
          case "host" -> NamespaceMode.NODE;
          default -> throw CliException.misused("--network " + network + ": want pod or host");
        };
    return NamespaceOption.newBuilder().setNetwork(mode).setPid(NamespaceMode.CONTAINER).build();
  }

  private static void user(String user, LinuxContainerSecurityContext.Builder security) {
    if (user.isEmpty()) {
      return;
    }
    int colon = user.indexOf(':');
    var who = colon < 0 ? user : user.substring(0, colon);
    if (who.matches("\\d+")) {
      security.setRunAsUser(number(who));
    } else {
      security.setRunAsUsername(who);
    }
    if (colon >= 0) {
      security.setRunAsGroup(number(user.substring(colon + 1)));
    }
  }

  private static Int64Value number(String digits) {
    try {
      return Int64Value.newBuilder().setValue(Integer.parseUnsignedInt(digits)).build();
    } catch (NumberFormatException e) {
      throw CliException.misused("--user: no number of a user or group: \"" + digits + "\"");
    }
  }

  private static KeyValue variable(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw CliException.misused("--env " + text + ": want KEY=VALUE");
    }
    return KeyValue.newBuilder()
        .setKey(text.substring(0, equals))
        .setValue(ByteString.copyFromUtf8(text.substring(equals + 1)))
        .build();
  }

  private static Mount mount(String text) {
    var parts = List.of(text.split(":", -1));
    boolean readonly = parts.size() == 3 && parts.get(2).equals("ro");
    boolean understood = parts.size() == 2 || readonly;
    if (!understood || !parts.get(0).startsWith("/") || !parts.get(1).startsWith("/")) {
      throw CliException.misused(
          "--volume " + text + ": want HOST:CONTAINER or HOST:CONTAINER:ro with absolute paths");
    }
    return Mount.newBuilder()
        .setHostPath(parts.get(0))
        .setContainerPath(parts.get(1))
        .setReadonly(readonly)
        .build();
  }

  /** The image's last word and a few digits, such as busybox-3f2a. */
  private static String defaultName(String image, String uid) {
    var word = image.substring(image.lastIndexOf('/') + 1).replaceAll("[:@].*", "");
    return word + "-" + uid.substring(0, 4);
  }

  private static String hostname(String name) {
    var label = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
    var cut = label.substring(0, Math.min(label.length(), LONGEST_HOSTNAME));
    return cut.replaceAll("^-+|-+$", "");
  }
}
