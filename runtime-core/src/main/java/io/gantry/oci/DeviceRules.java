package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.DeviceRule;
import io.gantry.linux.cgroup.DeviceRule.Access;
import io.gantry.linux.cgroup.DeviceRule.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which devices a container may open.
 *
 * @param everything no restriction at all; the list is empty then
 * @param allowed all else is forbidden
 */
public record DeviceRules(boolean everything, List<DeviceRule> allowed) {

  private static final int TERMINAL_MAJOR = 5;
  private static final int PTS_MAJOR = 136;

  public DeviceRules {
    allowed = List.copyOf(allowed);
  }

  static DeviceRules privileged() {
    return new DeviceRules(true, List.of());
  }

  /** Making any node, the default devices, consoles and terminals, and what was granted. */
  static DeviceRules of(List<DeviceGrant> grants) {
    List<DeviceRule> rules = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      rules.add(new DeviceRule(kind, DeviceRule.ANY, DeviceRule.ANY, Set.of(Access.MAKE_NODE)));
    }
    for (DeviceNode node : DeviceNode.DEFAULT) {
      rules.add(DeviceRule.character(node.device().major(), node.device().minor()));
    }
    rules.add(DeviceRule.character(TERMINAL_MAJOR, 1));
    rules.add(DeviceRule.character(TERMINAL_MAJOR, 2));
    rules.add(DeviceRule.character(PTS_MAJOR, DeviceRule.ANY));
    grants.forEach(grant -> rules.add(rule(grant)));
    return new DeviceRules(false, rules);
  }

  private static DeviceRule rule(DeviceGrant grant) {
    Set<Access> access = EnumSet.noneOf(Access.class);
    for (char letter : grant.access().toCharArray()) {
      access.add(
          switch (letter) {
            case 'r' -> Access.READ;
            case 'w' -> Access.WRITE;
            default -> Access.MAKE_NODE;
          });
    }
    DeviceNode node = grant.node();
    return new DeviceRule(
        node.isBlock() ? Kind.BLOCK : Kind.CHARACTER,
        node.device().major(),
        node.device().minor(),
        access);
  }

  /** Puts the rules on a container's own group, once and before any process is in it. */
  public void applyTo(Cgroup group) throws IOException {
    if (!everything) {
      group.restrictDevices(allowed);
    }
  }
}
