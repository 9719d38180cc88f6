package io.gantry.cni.overlay.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.cni.overlay.Peer;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is read of a Node object (Kubernetes API, core/v1). */
final class NodeObject {

  private static final String INTERNAL = "InternalIP";

  private NodeObject() {}

  static String name(JsonNode node) throws IOException {
    String name = node.path("metadata").path("name").asText("");
    if (name.isEmpty()) {
      throw new IOException("the API server tells of a node without a name");
    }
    return name;
  }

  static String revision(JsonNode object) {
    return object.path("metadata").path("resourceVersion").asText("");
  }

  /**
   * The node as a peer, as soon as it has an address of that version.
   *
   * @throws IOException naming the node whose addresses or blocks are none
   */
  static Optional<Peer> peer(JsonNode node, boolean version4) throws IOException {
    String name = name(node);
    try {
      for (JsonNode address : node.path("status").path("addresses")) {
        InetAddress parsed = internal(address);
        if (parsed != null && IpPrefix.host(parsed).isVersion4() == version4) {
          return Optional.of(new Peer(name, parsed, blocks(node.path("spec"))));
        }
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException("what Kubernetes has of node " + name + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable InetAddress internal(JsonNode address) {
    return address.path("type").asText().equals(INTERNAL)
        ? InetAddress.ofLiteral(address.path("address").asText())
        : null;
  }

  private static List<IpPrefix> blocks(JsonNode spec) {
    List<IpPrefix> blocks = new ArrayList<>();
    for (JsonNode block : spec.path("podCIDRs")) {
      blocks.add(IpPrefix.parse(block.asText()));
    }
    if (blocks.isEmpty() && spec.hasNonNull("podCIDR")) {
      blocks.add(IpPrefix.parse(spec.path("podCIDR").asText()));
    }
    return blocks;
  }
}
