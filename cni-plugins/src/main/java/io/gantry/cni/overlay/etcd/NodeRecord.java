package io.gantry.cni.overlay.etcd;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A node as JSON. */
final class NodeRecord {

  private static final ObjectMapper JSON = new ObjectMapper();

  private NodeRecord() {}

  static String write(Peer peer) {
    ObjectNode json = JSON.createObjectNode();
    json.put("address", IpPrefix.text(peer.address()));
    peer.blocks().forEach(block -> json.withArray("blocks").add(block.toString()));
    return json.toString();
  }

  static Peer read(String name, String text) throws IOException {
    try {
      ConfigNode node = ConfigNode.root(JSON.readTree(text));
      List<IpPrefix> blocks = new ArrayList<>();
      for (String block : node.texts("blocks")) {
        blocks.add(IpPrefix.parse(block));
      }
      return new Peer(
          name,
          node.address("address")
              .orElseThrow(() -> CniException.invalid("field address is missing")),
          blocks);
    } catch (JacksonException | IllegalArgumentException | CniException e) {
      throw new IOException("what etcd has of node " + name + " is no node: " + text, e);
    }
  }
}
