package io.gantry.rpc;

import io.gantry.api.cri.v1.CgroupDriver;
import io.gantry.api.cri.v1.LinuxRuntimeConfiguration;
import io.gantry.api.cri.v1.RuntimeCondition;
import io.gantry.api.cri.v1.RuntimeConfigResponse;
import io.gantry.api.cri.v1.RuntimeFeatures;
import io.gantry.api.cri.v1.RuntimeHandler;
import io.gantry.api.cri.v1.RuntimeHandlerFeatures;
import io.gantry.api.cri.v1.RuntimeStatus;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.StatusResponse;
import io.gantry.api.cri.v1.UpdateRuntimeConfigRequest;
import io.gantry.api.cri.v1.UpdateRuntimeConfigResponse;
import io.gantry.api.cri.v1.VersionResponse;
import io.gantry.linux.netlink.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The RPCs about the runtime itself. */
final class RuntimeCalls {

  private static final Logger LOG = LoggerFactory.getLogger(RuntimeCalls.class);

  /** The version of kubelet's own interface, the same since there is a CRI. */
  private static final String KUBELET_API = "0.1.0";

  private final NodeStatus node;

  RuntimeCalls(NodeStatus node) {
    this.node = node;
  }

  VersionResponse version() {
    return VersionResponse.newBuilder()
        .setVersion(KUBELET_API)
        .setRuntimeName("gantry")
        .setRuntimeVersion(node.version())
        .setRuntimeApiVersion("v1")
        .build();
  }

  StatusResponse status(StatusRequest request) {
    NodeStatus.Abilities abilities = node.abilities();
    StatusResponse.Builder response =
        StatusResponse.newBuilder()
            .setStatus(conditions())
            .addRuntimeHandlers(handler("", abilities))
            .setFeatures(
                RuntimeFeatures.newBuilder()
                    .setSupplementalGroupsPolicy(abilities.supplementalGroupsPolicy())
                    .setMountOptions(true));
    node.runtimeHandlers()
        .forEach(name -> response.addRuntimeHandlers(RuntimeHandler.newBuilder().setName(name)));
    if (request.getVerbose()) {
      response.putInfo("config", Documents.json(node.configuration()));
      if (!node.userNamespacesMissing().isEmpty()) {
        response.putInfo(
            "userNamespaces", Documents.json(Map.of("missing", node.userNamespacesMissing())));
      }
    }
    return response.build();
  }

  private RuntimeStatus conditions() {
    RuntimeStatus.Builder status = RuntimeStatus.newBuilder();
    for (NodeStatus.Condition condition : node.conditions()) {
      status.addConditions(
          RuntimeCondition.newBuilder()
              .setType(condition.type())
              .setStatus(condition.holds())
              .setReason(condition.reason())
              .setMessage(condition.message()));
    }
    return status.build();
  }

  private static RuntimeHandler handler(String name, NodeStatus.Abilities abilities) {
    return RuntimeHandler.newBuilder()
        .setName(name)
        .setFeatures(
            RuntimeHandlerFeatures.newBuilder()
                .setRecursiveReadOnlyMounts(abilities.recursiveReadOnlyMounts())
                .setUserNamespaces(abilities.userNamespaces()))
        .build();
  }

  RuntimeConfigResponse config() {
    CgroupDriver driver =
        switch (node.cgroupParents().driver()) {
          case CGROUPFS -> CgroupDriver.CGROUPFS;
          case SYSTEMD -> CgroupDriver.SYSTEMD;
        };
    return RuntimeConfigResponse.newBuilder()
        .setLinux(LinuxRuntimeConfiguration.newBuilder().setCgroupDriver(driver))
        .build();
  }

  /** The pod range of the node, two of them with a comma between where it is of both families. */
  UpdateRuntimeConfigResponse update(UpdateRuntimeConfigRequest request) {
    String text = request.getRuntimeConfig().getNetworkConfig().getPodCidr();
    Field field = Field.of("runtime_config.network_config.pod_cidr");
    List<IpPrefix> blocks = new ArrayList<>();
    for (String block : text.isEmpty() ? List.<String>of() : List.of(text.split(","))) {
      try {
        blocks.add(IpPrefix.parse(block.strip()).network());
      } catch (IllegalArgumentException e) {
        throw field.wrong("is " + text, "give one or two blocks such as 10.1.2.0/24");
      }
    }
    if (!blocks.isEmpty()) {
      node.podBlocks(blocks);
      LOG.atInfo().addKeyValue("pod_cidr", text).log("took over the node's pod range");
    }
    return UpdateRuntimeConfigResponse.getDefaultInstance();
  }
}
