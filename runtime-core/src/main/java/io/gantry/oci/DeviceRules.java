package io.gantry.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Which devices a container may open: everything else is denied first. This is the list of the
 * version 1 controller; version 2 wants an eBPF program instead, which Gantry does not make yet, so
 * that there only CAP_MKNOD and the nodes themselves decide.
 */
public record DeviceRules(List<DeviceRule> allowed) {

  private static final DeviceRules PRIVILEGED = new DeviceRules(List.of(DeviceRule.EVERYTHING));

  private static final int PTMX_MAJOR = 5;
  private static final int PTS_MAJOR = 136;

  public DeviceRules {
    allowed = List.copyOf(allowed);
  }

  static DeviceRules privileged() {
    return PRIVILEGED;
  }

  /** Making any node, the default devices, consoles and terminals, and what was granted. */
  static DeviceRules of(List<DeviceGrant> grants) {
    List<DeviceRule> rules = new ArrayList<>();
    rules.add(new DeviceRule('c', DeviceRule.ANY, DeviceRule.ANY, "m"));
    rules.add(new DeviceRule('b', DeviceRule.ANY, DeviceRule.ANY, "m"));
    DeviceNode.DEFAULT.forEach(node -> rules.add(new DeviceGrant(node, "rwm").rule()));
    rules.add(new DeviceRule('c', PTMX_MAJOR, 1, "rwm"));
    rules.add(new DeviceRule('c', PTMX_MAJOR, 2, "rwm"));
    rules.add(new DeviceRule('c', PTS_MAJOR, DeviceRule.ANY, "rwm"));
    grants.forEach(grant -> rules.add(grant.rule()));
    return new DeviceRules(rules);
  }

  public boolean everything() {
    return allowed.contains(DeviceRule.EVERYTHING);
  }

  /**
   * Writes the rules to a version 1 devices group, before any process is in it.
   *
   * @param group the container's own directory in the devices hierarchy
   */
  public void applyTo(Path group) throws IOException {
    if (everything()) {
      // A new group has what its parent has; there is nothing more to give.
      return;
    }
    write(group.resolve("devices.deny"), DeviceRule.EVERYTHING);
    for (DeviceRule rule : allowed) {
      write(group.resolve("devices.allow"), rule);
    }
  }

  /** The kernel takes one rule for each write(2). */
  private static void write(Path file, DeviceRule rule) throws IOException {
    try {
      Files.writeString(file, rule.line(), StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException("write \"" + rule.line() + "\" to " + file, e);
    }
  }
}
