package io.gantry.cni.bridge;

import io.gantry.cni.ipam.PrivateBlocks;
import io.gantry.linux.netlink.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What a bridge network may be told.
 *
 * @param bridge name of the bridge, 1 to 15 bytes (IFNAMSIZ)
 * @param table name of the network's own nftables table, family inet
 * @param blockFile where the chosen block is written down
 * @param candidates blocks to choose from, best first
 * @param mtu bytes, or 0 for that of the interface that the default route leaves by
 */
public record BridgeSettings(
    String bridge, String table, Path blockFile, List<IpPrefix> candidates, int mtu) {

  private static final int LONGEST_NAME = 15;
  private static final String INTERFACE_NAME = "[A-Za-z0-9_.-]+";
  private static final String TABLE_NAME = "[A-Za-z][A-Za-z0-9_]*";

  public BridgeSettings {
    candidates = List.copyOf(candidates);
    if (!bridge.matches(INTERFACE_NAME)
        || bridge.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "a bridge's name has 1 to 15 letters, digits, dots or dashes: " + bridge);
    }
    if (!table.matches(TABLE_NAME)) {
      throw new IllegalArgumentException(
          "a table's name starts with a letter and has letters, digits, underscores: " + table);
    }
    if (mtu != 0 && mtu < 576) {
      throw new IllegalArgumentException("mtu must be 0 or at least 576: " + mtu);
    }
  }

  /** Bridge {@code gantry0}, table {@code gantry}, any free private block. */
  public static BridgeSettings standard(Path blockFile) {
    return new BridgeSettings("gantry0", "gantry", blockFile, PrivateBlocks.candidates(), 0);
  }
}
