package io.gantry.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.container.Rlimit;
import io.gantry.container.SecuritySpec;
import io.gantry.linux.Namespace;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.IdRange;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.UserMapping;
import io.gantry.shim.CapabilitySets;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A container in the words of the OCI runtime specification 1.2 (config.md, config-linux.md).
 * Gantry itself starts containers from plans; this is for people who inspect one and for other
 * runtimes.
 */
public final class RuntimeSpecView {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Map<Namespace, String> NAMES =
      new EnumMap<>(
          Map.of(
              Namespace.MNT, "mount",
              Namespace.PID, "pid",
              Namespace.NET, "network",
              Namespace.IPC, "ipc",
              Namespace.UTS, "uts",
              Namespace.CGROUP, "cgroup",
              Namespace.USER, "user"));

  /** Of the OCI runtime specification. */
  static final String OCI_VERSION = "1.2.0";

  private final RuntimeSpecSource source;
  private final SecuritySpec security;

  private RuntimeSpecView(RuntimeSpecSource source) {
    this.source = source;
    this.security = source.spec().security();
  }

  /** The document, to be serialized by Jackson. */
  public static ObjectNode of(RuntimeSpecSource source) {
    return new RuntimeSpecView(source).document();
  }

  private ObjectNode document() {
    ObjectNode document = JSON.objectNode();
    document.put("ociVersion", OCI_VERSION);
    document.set("process", process());
    document
        .putObject("root")
        .put("path", source.root().toString())
        .put("readonly", security.readOnlyRootfs());
    document.put("hostname", source.hostname());
    document.set("mounts", mounts());
    ObjectNode annotations = document.putObject("annotations");
    source.spec().runtimeAnnotations().forEach(annotations::put);
    document.set("linux", linux());
    return document;
  }

  private ObjectNode process() {
    ProcessSpec process = source.process();
    ObjectNode node = JSON.objectNode();
    node.put("terminal", process.tty());
    ObjectNode user = node.putObject("user");
    user.put("uid", process.user().uid()).put("gid", process.user().gid());
    ArrayNode groups = user.putArray("additionalGids");
    process.user().groups().forEach(groups::add);
    node.set("args", texts(process.arguments()));
    node.set("env", texts(process.environment()));
    node.put("cwd", process.workingDirectory());
    node.set("capabilities", capabilities(process.capabilitySets()));
    ArrayNode rlimits = node.putArray("rlimits");
    for (Rlimit limit : ProcessSteps.rlimits(process)) {
      rlimits
          .addObject()
          .put("type", limit.type())
          .put("hard", unsigned(limit.hard()))
          .put("soft", unsigned(limit.soft()));
    }
    node.put("noNewPrivileges", process.noNewPrivileges());
    if (!process.appArmorProfile().isEmpty()) {
      node.put("apparmorProfile", process.appArmorProfile());
    }
    node.put("oomScoreAdj", process.oomScoreAdjustment());
    return node;
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  private static ObjectNode capabilities(CapabilitySets sets) {
    ObjectNode node = JSON.objectNode();
    node.set("bounding", texts(Capability.ociNames(sets.bounding())));
    node.set("effective", texts(Capability.ociNames(sets.effective())));
    node.set("permitted", texts(Capability.ociNames(sets.permitted())));
    node.set("inheritable", texts(Capability.ociNames(sets.inheritable())));
    node.set("ambient", texts(Capability.ociNames(sets.ambient())));
    return node;
  }

  private ArrayNode mounts() {
    ArrayNode mounts = JSON.arrayNode();
    CgroupView cgroup = CgroupView.of(source.layout(), source.cgroup());
    for (MountPoint mount :
        MountPoints.of(security, source.spec().mounts(), source.files(), cgroup)) {
      mounts.add(MountView.of(mount));
    }
    return mounts;
  }

  private ObjectNode linux() {
    ObjectNode linux = JSON.objectNode();
    ArrayNode namespaces = linux.putArray("namespaces");
    for (Namespace kind : kinds()) {
      ObjectNode namespace = namespaces.addObject().put("type", NAMES.get(kind));
      Path path = source.namespaces().get(kind);
      if (path != null) {
        namespace.put("path", path.toString());
      }
    }
    UserMapping users = security.namespaces().users();
    if (users != null) {
      mapping(linux.putArray("uidMappings"), users.uids());
      mapping(linux.putArray("gidMappings"), users.gids());
    }
    linux.put("cgroupsPath", source.cgroup().path());
    linux.set("resources", resources(source.spec().resources().limits()));
    MaskedPaths masked = MaskedPaths.of(security);
    linux.set("maskedPaths", texts(masked.hidden()));
    linux.set("readonlyPaths", texts(masked.readOnly()));
    return linux;
  }

  private static void mapping(ArrayNode mappings, IdRange range) {
    mappings
        .addObject()
        .put("containerID", 0)
        .put("hostID", range.first())
        .put("size", range.length());
  }

  private Set<Namespace> kinds() {
    Set<Namespace> kinds = EnumSet.of(Namespace.MNT, Namespace.CGROUP);
    if (security.namespaces().pid() != NamespaceMode.NODE) {
      kinds.add(Namespace.PID);
    }
    kinds.addAll(source.namespaces().keySet());
    return kinds;
  }

  private static ObjectNode resources(CgroupLimits limits) {
    ObjectNode resources = JSON.objectNode();
    ObjectNode memory = resources.putObject("memory");
    put(memory, "limit", limits.memoryBytes());
    put(memory, "swap", limits.memoryAndSwapBytes());
    ObjectNode cpu = resources.putObject("cpu");
    put(cpu, "shares", limits.cpuShares());
    put(cpu, "quota", limits.cpuQuotaMicros());
    put(cpu, "period", limits.cpuPeriodMicros());
    put(cpu, "cpus", limits.cpus());
    put(cpu, "mems", limits.mems());
    limits.pids().ifPresent(pids -> resources.putObject("pids").put("limit", pids));
    if (!limits.hugepageBytes().isEmpty()) {
      ArrayNode pages = resources.putArray("hugepageLimits");
      limits
          .hugepageBytes()
          .forEach((size, bytes) -> pages.addObject().put("pageSize", size).put("limit", bytes));
    }
    if (!limits.unified().isEmpty()) {
      ObjectNode unified = resources.putObject("unified");
      limits.unified().forEach(unified::put);
    }
    return resources;
  }

  private static void put(ObjectNode node, String name, OptionalLong value) {
    value.ifPresent(present -> node.put(name, present));
  }

  private static void put(ObjectNode node, String name, String value) {
    if (!value.isEmpty()) {
      node.put(name, value);
    }
  }

  private static ArrayNode texts(Collection<String> values) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(array::add);
    return array;
  }
}
