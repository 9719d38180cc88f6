package io.gantry.rpc;

import io.gantry.api.cri.v1.DNSConfig;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.api.cri.v1.LinuxPodSandboxConfig;
import io.gantry.api.cri.v1.LinuxPodSandboxStatus;
import io.gantry.api.cri.v1.LinuxSandboxSecurityContext;
import io.gantry.api.cri.v1.Namespace;
import io.gantry.api.cri.v1.PodIP;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.api.cri.v1.PodSandboxMetadata;
import io.gantry.api.cri.v1.PodSandboxNetworkStatus;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.PodSandboxStatus;
import io.gantry.pod.DnsConfig;
import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFilter;
import io.gantry.pod.PodMetadata;
import io.gantry.pod.PodNetworkRecord;
import io.gantry.pod.PodResources;
import io.gantry.pod.PodSpec;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** CRI messages about pods from and to their domain forms; what comes in is checked here. */
final class PodMessages {

  /** HOST_NAME_MAX of Linux (sethostname(2)). */
  private static final int LONGEST_HOSTNAME = 64;

  private PodMessages() {}

  static PodSpec spec(PodSandboxConfig config, String runtimeHandler, CgroupParents parents) {
    Field field = Field.of("config");
    LinuxPodSandboxConfig linux = config.getLinux();
    LinuxSandboxSecurityContext security = linux.getSecurityContext();
    Field securityField = field.in("linux.security_context");
    if (security.hasRunAsGroup() && !security.hasRunAsUser()) {
      throw securityField.in("run_as_group").wrong("is set without run_as_user", "");
    }
    NamespaceOptions namespaces =
        NamespaceMessages.options(
            security.getNamespaceOptions(), securityField.in("namespace_options"));
    return new PodSpec(
        metadata(config, field),
        hostname(config.getHostname(), field.in("hostname")),
        field.in("log_directory").absoluteOrEmpty(config.getLogDirectory()),
        dns(config.getDnsConfig(), field.in("dns_config")),
        new TreeMap<>(config.getLabelsMap()),
        new TreeMap<>(config.getAnnotationsMap()),
        parents.path(linux.getCgroupParent(), field.in("linux.cgroup_parent")),
        namespaces,
        sysctls(linux, namespaces, field.in("linux.sysctls")),
        PortMessages.ports(config.getPortMappingsList(), namespaces, field.in("port_mappings")),
        security.getPrivileged(),
        runtimeHandler,
        resources(
            linux.getOverhead(),
            field.in("linux.overhead"),
            linux.getResources(),
            field.in("linux.resources")));
  }

  static PodResources resources(
      LinuxContainerResources overhead,
      Field overheadField,
      LinuxContainerResources resources,
      Field resourcesField) {
    return new PodResources(
        ResourceMessages.spec(overhead, overheadField).limits(),
        ResourceMessages.spec(resources, resourcesField).limits());
  }

  private static PodMetadata metadata(PodSandboxConfig config, Field parent) {
    Field field = parent.in("metadata");
    field.presentIf(config.hasMetadata());
    PodSandboxMetadata metadata = config.getMetadata();
    return new PodMetadata(
        field.in("name").required(metadata.getName()),
        field.in("uid").required(metadata.getUid()),
        field.in("namespace").required(metadata.getNamespace()),
        (int) field.in("attempt").notNegative(metadata.getAttempt()));
  }

  private static String hostname(String hostname, Field field) {
    if (hostname.length() > LONGEST_HOSTNAME) {
      throw field.wrong(
          "has " + hostname.length() + " characters",
          "the kernel takes at most " + LONGEST_HOSTNAME);
    }
    return line(hostname, field);
  }

  private static DnsConfig dns(DNSConfig dns, Field field) {
    return new DnsConfig(
        lines(dns.getServersList(), field.in("servers")),
        lines(dns.getSearchesList(), field.in("searches")),
        lines(dns.getOptionsList(), field.in("options")));
  }

  private static List<String> lines(List<String> words, Field field) {
    for (int i = 0; i < words.size(); i++) {
      field.item(i).required(words.get(i));
      line(words.get(i), field.item(i));
    }
    return words;
  }

  /** These words become lines of files that others parse, so none may begin a new word or line. */
  private static String line(String word, Field field) {
    if (word.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
      throw field.wrong("holds white space or control characters", "");
    }
    return word;
  }

  /** Only what belongs to namespaces of the pod's own: anything else would change the machine. */
  private static SortedMap<String, String> sysctls(
      LinuxPodSandboxConfig linux, NamespaceOptions namespaces, Field field) {
    SortedMap<String, String> sysctls = new TreeMap<>();
    linux
        .getSysctlsMap()
        .forEach((key, value) -> {
          String name = key.replace('/', '.');
          if (!Sysctls.ownedBy(namespaces, name)) {
            throw field.wrong(
                "names "
                    + key
                    + ", which is not a sysctl of a namespace that the pod has of its own",
                "name one of net.*, kernel.shm*, kernel.msg*, kernel.sem or fs.mqueue.*");
          }
          sysctls.put(name, value);
        });
    return sysctls;
  }

  static PodFilter filter(PodSandboxFilter filter) {
    Optional<Boolean> ready =
        filter.hasState()
            ? Optional.of(filter.getState().getState() == PodSandboxState.SANDBOX_READY)
            : Optional.empty();
    return new PodFilter(filter.getId(), ready, filter.getLabelSelectorMap());
  }

  static PodSandbox row(Pod pod) {
    PodSpec spec = pod.spec();
    return PodSandbox.newBuilder()
        .setId(pod.id().value())
        .setMetadata(metadata(spec.metadata()))
        .setState(state(pod))
        .setCreatedAt(Times.nanoseconds(pod.createdAt()))
        .putAllLabels(spec.labels())
        .putAllAnnotations(spec.annotations())
        .setRuntimeHandler(spec.runtimeHandler())
        .build();
  }

  static PodSandboxStatus status(Pod pod) {
    PodSpec spec = pod.spec();
    Namespace namespaces =
        Namespace.newBuilder().setOptions(NamespaceMessages.message(spec.namespaces())).build();
    return PodSandboxStatus.newBuilder()
        .setId(pod.id().value())
        .setMetadata(metadata(spec.metadata()))
        .setState(state(pod))
        .setCreatedAt(Times.nanoseconds(pod.createdAt()))
        .setNetwork(network(pod))
        .setLinux(LinuxPodSandboxStatus.newBuilder().setNamespaces(namespaces))
        .putAllLabels(spec.labels())
        .putAllAnnotations(spec.annotations())
        .setRuntimeHandler(spec.runtimeHandler())
        .build();
  }

  static PodSandboxMetadata metadata(PodMetadata metadata) {
    return PodSandboxMetadata.newBuilder()
        .setName(metadata.name())
        .setUid(metadata.uid())
        .setNamespace(metadata.namespace())
        .setAttempt(metadata.attempt())
        .build();
  }

  private static PodSandboxState state(Pod pod) {
    return pod.ready() ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY;
  }

  private static PodSandboxNetworkStatus network(Pod pod) {
    PodNetworkRecord network = pod.network();
    if (network == null || network.ips().isEmpty()) {
      return PodSandboxNetworkStatus.getDefaultInstance();
    }
    List<PodIP> more =
        network.ips().stream().skip(1).map(ip -> PodIP.newBuilder().setIp(ip).build()).toList();
    return PodSandboxNetworkStatus.newBuilder()
        .setIp(network.ip())
        .addAllAdditionalIps(more)
        .build();
  }
}
