package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.DNSConfig;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PortMapping;
import io.gantry.api.cri.v1.Protocol;
import io.gantry.cni.PodRequest;
import io.gantry.error.InvalidException;
import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.PodSpec;
import java.net.InetAddress;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a pod's configuration may say. */
class PodMessagesTest {

  @Test
  void nothingIsLostOnTheWayIn() {
    PodSandboxConfig.Builder config = Requests.pod().toBuilder();
    config.setDnsConfig(DNSConfig.newBuilder().addServers("10.0.0.10").addOptions("ndots:5"));
    config.getLinuxBuilder().putSysctls("net.core.somaxconn", "1024");
    PodSpec spec = PodMessages.spec(config.build(), "crun", FakeNode.PARENTS);

    assertThat(spec.metadata()).hasToString("shop/web-0#2");
    assertThat(spec.metadata().uid()).isEqualTo("11-22");
    assertThat(spec.hostname()).isEqualTo("web-0");
    assertThat(spec.logDirectory()).isEqualTo("/var/log/pods/web-0");
    assertThat(spec.dns().servers()).containsExactly("10.0.0.10");
    assertThat(spec.dns().options()).containsExactly("ndots:5");
    assertThat(spec.labels()).containsEntry("app", "web");
    assertThat(spec.annotations()).containsEntry("note", "any");
    assertThat(spec.cgroupParent()).isEqualTo("/kubepods/pod1");
    assertThat(spec.namespaces().pid()).isEqualTo(io.gantry.pod.NamespaceMode.CONTAINER);
    assertThat(spec.sysctls()).containsEntry("net.core.somaxconn", "1024");
    assertThat(spec.runtimeHandler()).isEqualTo("crun");
  }

  @Test
  void aPodThatSaysNothingSharesOnePidNamespace() {
    PodSandboxConfig config = Requests.pod().toBuilder().clearLinux().clearLogDirectory().build();

    assertThat(PodMessages.spec(config, "", FakeNode.PARENTS).namespaces())
        .isEqualTo(NamespaceOptions.DEFAULT);
    assertThat(PodMessages.spec(config, "", FakeNode.PARENTS).dns().hasNothing()).isTrue();
  }

  @Test
  void whatIsMissingIsNamed() {
    refused(PodSandboxConfig.Builder::clearMetadata, "config.metadata is missing");
    refused(c -> c.getMetadataBuilder().clearName(), "config.metadata.name is missing");
    refused(c -> c.getMetadataBuilder().clearUid(), "config.metadata.uid is missing");
    refused(c -> c.getMetadataBuilder().clearNamespace(), "config.metadata.namespace is missing");
  }

  @Test
  void whatCannotBeMeantIsNamed() {
    refused(
        c -> c.setLogDirectory("var/log"),
        "config.log_directory is var/log; give an absolute path");
    refused(
        c -> c.getLinuxBuilder().setCgroupParent("kubepods/pod1"),
        "config.linux.cgroup_parent is kubepods/pod1; give an absolute path");
    refused(c -> c.setHostname("a\nb"), "config.hostname holds white space or control characters");
    refused(
        c -> c.setHostname("h".repeat(65)),
        "config.hostname has 65 characters; the kernel takes at most 64");
    refused(
        c -> c.getDnsConfigBuilder().addServers("1.1.1.1").addServers("a\nb"),
        "config.dns_config.servers[1] holds white space or control characters");
    refused(
        c -> c.addPortMappings(PortMapping.newBuilder().setContainerPort(-1)),
        "config.port_mappings[0].container_port is -1; give a value from 0 to 65535");
    refused(
        c -> namespaces(c).setNetwork(NamespaceMode.CONTAINER),
        "config.linux.security_context.namespace_options.network is CONTAINER; give POD or NODE");
    refused(
        c -> namespaces(c).setPid(NamespaceMode.TARGET),
        "config.linux.security_context.namespace_options.target_id is missing");
    refused(
        c -> c.getLinuxBuilder().getSecurityContextBuilder().getRunAsGroupBuilder().setValue(1),
        "config.linux.security_context.run_as_group is set without run_as_user");
  }

  @Test
  void portsOfTheNodeAreTakenOverAndOthersAreNoNews() {
    PodSandboxConfig.Builder config = Requests.pod().toBuilder();
    config.addPortMappings(PortMapping.newBuilder().setContainerPort(8080));
    config.addPortMappings(
        PortMapping.newBuilder()
            .setProtocol(Protocol.SCTP)
            .setHostIp("127.0.0.1")
            .setHostPort(80)
            .setContainerPort(8080));
    config.addPortMappings(
        PortMapping.newBuilder().setHostIp("::").setHostPort(81).setContainerPort(1));

    assertThat(PodMessages.spec(config.build(), "", FakeNode.PARENTS).ports())
        .containsExactly(
            new PodRequest.PortMapping(InetAddress.ofLiteral("127.0.0.1"), 80, 8080, "sctp"),
            new PodRequest.PortMapping(null, 81, 1, "tcp"));
    refused(
        c -> c.addPortMappings(PortMapping.newBuilder().setHostPort(80)),
        "config.port_mappings[0].container_port is 0; name the port that host_port leads to");
    refused(
        c ->
            c.addPortMappings(
                PortMapping.newBuilder().setHostPort(80).setContainerPort(1).setHostIp("here")),
        "config.port_mappings[0].host_ip is here; give an address of this node, or nothing for"
            + " all");
  }

  @Test
  void portsNeedNoPublishingWithTheMachinesNetwork() {
    PodSandboxConfig.Builder config = Requests.pod().toBuilder();
    config.addPortMappings(PortMapping.newBuilder().setContainerPort(80).setHostPort(80));
    namespaces(config).setNetwork(NamespaceMode.NODE);

    assertThat(PodMessages.spec(config.build(), "", FakeNode.PARENTS).namespaces().network())
        .isEqualTo(io.gantry.pod.NamespaceMode.NODE);
  }

  private static NamespaceOption.Builder namespaces(PodSandboxConfig.Builder config) {
    return config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder();
  }

  private static void refused(Consumer<PodSandboxConfig.Builder> change, String message) {
    PodSandboxConfig.Builder config = Requests.pod().toBuilder();
    change.accept(config);
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> PodMessages.spec(config.build(), "", FakeNode.PARENTS))
        .satisfies(e -> assertThat(e.advice()).isEqualTo(message));
  }
}
