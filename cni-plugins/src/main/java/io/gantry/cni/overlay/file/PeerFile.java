package io.gantry.cni.overlay.file;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file with all nodes of an overlay: {@code {"nodes": [{"name": "a", "address": "192.0.2.1",
 * "blocks": ["10.244.1.0/24"]}]}}.
 */
final class PeerFile {

  /** Ten thousand nodes; a larger file is a mistake. */
  private static final long LARGEST = 4 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private PeerFile() {}

  /**
   * Reads it.
   *
   * @throws IOException naming the file, and where in it the problem is
   */
  static List<Peer> read(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST) {
        throw new IOException("%s is larger than %d bytes".formatted(file, LARGEST));
      }
      return peers(JSON.readTree(Files.readString(file)));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file + " that says who the other nodes are", e);
    } catch (JacksonException e) {
      JsonLocation at = e.getLocation();
      String line = at == null ? "" : " line " + at.getLineNr();
      throw new IOException(file + line + ": " + e.getOriginalMessage(), e);
    } catch (CniException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static List<Peer> peers(JsonNode json) throws CniException {
    if (!json.path("nodes").isArray()) {
      throw CniException.invalid("an object with an array nodes is wanted");
    }
    List<Peer> peers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ConfigNode node : ConfigNode.root(json).nodes("nodes")) {
      Peer peer = peer(node);
      if (!names.add(peer.name())) {
        throw CniException.invalid("there are two nodes of the name " + peer.name());
      }
      peers.add(peer);
    }
    return peers;
  }

  private static Peer peer(ConfigNode node) throws CniException {
    String name = node.requiredText("name");
    InetAddress address =
        node.address("address")
            .orElseThrow(
                () -> CniException.invalid("field " + node.pathOf("address") + " is missing"));
    List<IpPrefix> blocks = new ArrayList<>();
    for (String text : node.texts("blocks")) {
      try {
        blocks.add(IpPrefix.parse(text));
      } catch (IllegalArgumentException e) {
        throw CniException.invalid("field " + node.pathOf("blocks") + ": " + e.getMessage());
      }
    }
    return new Peer(name, address, blocks);
  }
}
