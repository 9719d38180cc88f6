package io.gantry.cni.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.gantry.cni.file.WholeFile;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A conflist with places for the blocks that an orchestrator gives the node. The places are:
 *
 * <ul>
 *   <li>{@code {{.PodCIDR}}}: the first block;
 *   <li>{@code {{.PodCIDRRanges}}}: all blocks as host-local's ranges, a JSON array;
 *   <li>{@code {{.Routes}}}: a default route for each family among them, a JSON array.
 * </ul>
 */
final class ConfigTemplate {

  private static final String FILE = "10-gantry-pods.conflist";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path template;

  private ConfigTemplate(Path template) {
    this.template = template;
  }

  static ConfigTemplate of(Path template) {
    return new ConfigTemplate(template);
  }

  /** Writes the filled conflist into the directory, whole or not at all. */
  void fill(List<IpPrefix> blocks, Path directory) throws IOException {
    if (blocks.isEmpty()) {
      return;
    }
    String filled =
        Files.readString(template)
            .replace("{{.PodCIDRRanges}}", ranges(blocks).toString())
            .replace("{{.PodCIDR}}", blocks.getFirst().toString())
            .replace("{{.Routes}}", routes(blocks).toString());
    int left = filled.indexOf("{{");
    if (left >= 0) {
      throw new IOException(
          "%s has %s: only {{.PodCIDR}}, {{.PodCIDRRanges}} and {{.Routes}} are filled in"
              .formatted(template, filled.substring(left, Math.min(filled.length(), left + 30))));
    }
    NetworkList.read(JSON.readTree(filled), template.toString());
    WholeFile.write(directory.resolve(FILE), filled);
  }

  private static ArrayNode ranges(List<IpPrefix> blocks) {
    ArrayNode sets = JsonNodeFactory.instance.arrayNode();
    blocks.forEach(block -> sets.addArray().addObject().put("subnet", block.toString()));
    return sets;
  }

  private static ArrayNode routes(List<IpPrefix> blocks) {
    ArrayNode routes = JsonNodeFactory.instance.arrayNode();
    if (blocks.stream().anyMatch(IpPrefix::isVersion4)) {
      routes.addObject().put("dst", "0.0.0.0/0");
    }
    if (!blocks.stream().allMatch(IpPrefix::isVersion4)) {
      routes.addObject().put("dst", "::/0");
    }
    return routes;
  }
}
