package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.CompoundFieldOwners;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.Field;
import io.gantry.api.nri.v1alpha1.FieldOwners;
import io.gantry.api.nri.v1alpha1.LinuxCPU;
import io.gantry.api.nri.v1alpha1.LinuxContainerAdjustment;
import io.gantry.api.nri.v1alpha1.LinuxContainerUpdate;
import io.gantry.api.nri.v1alpha1.LinuxMemory;
import io.gantry.api.nri.v1alpha1.LinuxResources;
import io.gantry.api.nri.v1alpha1.OwningPlugins;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What several plugins want of one request, put together in the order in which they are asked. Two
 * that set the same thing are refused; one that takes a thing away first, by a name that begins
 * with a dash, may set it anew. For one thread.
 */
final class Merging {

  private static final String REMOVED = "-";

  private record Item(String container, Field field, String entry) {
    @Override
    public String toString() {
      return entry.isEmpty() ? field.name() : field.name() + " " + entry;
    }
  }

  private final String container;
  private final ContainerAdjustment.Builder whole = ContainerAdjustment.newBuilder();
  private final Map<Item, String> owners = new LinkedHashMap<>();
  private final Map<String, ContainerUpdate> updates = new LinkedHashMap<>();
  private final List<ContainerEviction> evictions = new ArrayList<>();

  /**
   * @param container the id of the one that the request is about
   */
  Merging(String container) {
    this.container = container;
  }

  ContainerAdjustment adjustment() {
    return whole.build();
  }

  List<ContainerUpdate> updates() {
    return List.copyOf(updates.values());
  }

  List<ContainerEviction> evictions() {
    return List.copyOf(evictions);
  }

  void adjust(String plugin, ContainerAdjustment wanted) {
    Unserved.refuse(plugin, wanted);
    wanted.getAnnotationsMap().forEach((name, value) -> annotation(plugin, name, value));
    wanted
        .getEnvList()
        .forEach(variable -> {
          drop(Field.Env, variable.getKey());
          whole.addEnv(variable);
          claim(plugin, Field.Env, variable.getKey());
        });
    wanted
        .getMountsList()
        .forEach(mount -> {
          drop(Field.Mounts, mount.getDestination());
          whole.addMounts(mount);
          claim(plugin, Field.Mounts, mount.getDestination());
        });
    wanted
        .getRlimitsList()
        .forEach(limit -> {
          claim(plugin, Field.Rlimits, limit.getType());
          whole.addRlimits(limit);
        });
    wanted
        .getCDIDevicesList()
        .forEach(device -> {
          claim(plugin, Field.CdiDevices, device.getName());
          whole.addCDIDevices(device);
        });
    arguments(plugin, wanted.getArgsList());
    whole.getHooksBuilder().mergeFrom(wanted.getHooks());
    linux(plugin, wanted.getLinux());
  }

  private void annotation(String plugin, String name, String value) {
    drop(Field.Annotations, name);
    claim(plugin, Field.Annotations, name);
    whole.putAnnotations(name, value);
  }

  /** An empty first word says that the words of others are replaced on purpose. */
  private void arguments(String plugin, List<String> words) {
    if (words.isEmpty()) {
      return;
    }
    boolean replaces = words.getFirst().isEmpty();
    if (replaces) {
      owners.remove(new Item(container, Field.Args, ""));
    }
    claim(plugin, Field.Args, "");
    whole.clearArgs().addAllArgs(replaces ? words.subList(1, words.size()) : words);
  }

  private void linux(String plugin, LinuxContainerAdjustment wanted) {
    LinuxContainerAdjustment.Builder linux = whole.getLinuxBuilder();
    wanted
        .getDevicesList()
        .forEach(device -> {
          drop(Field.Devices, device.getPath());
          claim(plugin, Field.Devices, device.getPath());
          linux.addDevices(device);
        });
    if (wanted.hasOomScoreAdj()) {
      claim(plugin, Field.OomScoreAdj, "");
      linux.setOomScoreAdj(wanted.getOomScoreAdj());
    }
    claim(plugin, container, wanted.getResources());
    linux.getResourcesBuilder().mergeFrom(wanted.getResources());
  }

  /** Of a name that begins with a dash: whose it was, it is no more. */
  private void drop(Field field, String name) {
    if (name.startsWith(REMOVED)) {
      owners.remove(new Item(container, field, name.substring(1)));
    }
  }

  private void claim(String plugin, Field field, String entry) {
    if (!entry.startsWith(REMOVED)) {
      claim(plugin, new Item(container, field, entry));
    }
  }

  private void claim(String plugin, Item item) {
    String owner = owners.putIfAbsent(item, plugin);
    if (owner != null && !owner.equals(plugin)) {
      throw new InvalidException(
          new Subject("NRI plugin", plugin),
          "NRI plugins %s and %s both set %s of container %s"
              .formatted(owner, plugin, item, item.container()),
          "configure one of them to leave it");
    }
  }

  private void claim(String plugin, String of, LinuxResources resources) {
    LinuxMemory memory = resources.getMemory();
    claimIf(memory.hasLimit(), plugin, of, Field.MemLimit);
    claimIf(memory.hasSwap(), plugin, of, Field.MemSwapLimit);
    LinuxCPU cpu = resources.getCpu();
    claimIf(cpu.hasShares(), plugin, of, Field.CPUShares);
    claimIf(cpu.hasQuota(), plugin, of, Field.CPUQuota);
    claimIf(cpu.hasPeriod(), plugin, of, Field.CPUPeriod);
    claimIf(!cpu.getCpus().isEmpty(), plugin, of, Field.CPUSetCPUs);
    claimIf(!cpu.getMems().isEmpty(), plugin, of, Field.CPUSetMems);
    claimIf(resources.hasPids(), plugin, of, Field.PidsLimit);
    resources
        .getHugepageLimitsList()
        .forEach(limit -> claim(plugin, new Item(of, Field.HugepageLimits, limit.getPageSize())));
    resources
        .getUnifiedMap()
        .keySet()
        .forEach(file -> claim(plugin, new Item(of, Field.CgroupsUnified, file)));
  }

  private void claimIf(boolean set, String plugin, String of, Field field) {
    if (set) {
      claim(plugin, new Item(of, field, ""));
    }
  }

  /** Changes of containers that are there already. */
  void update(String plugin, List<ContainerUpdate> wanted, boolean creating) {
    for (ContainerUpdate update : wanted) {
      String id = update.getContainerId();
      if (creating && id.equals(container)) {
        throw new InvalidException(
            new Subject("NRI plugin", plugin),
            "NRI plugin " + plugin + " updates container " + id + " while it is being created",
            "the plugin has to adjust it");
      }
      Unserved.refuse(plugin, update.getLinux().getResources());
      claim(plugin, id, update.getLinux().getResources());
      updates.merge(id, update, Merging::both);
    }
  }

  private static ContainerUpdate both(ContainerUpdate one, ContainerUpdate other) {
    LinuxResources resources =
        one.getLinux().getResources().toBuilder()
            .mergeFrom(other.getLinux().getResources())
            .build();
    return one.toBuilder()
        .setLinux(LinuxContainerUpdate.newBuilder().setResources(resources))
        .setIgnoreFailure(one.getIgnoreFailure() && other.getIgnoreFailure())
        .build();
  }

  void evict(List<ContainerEviction> wanted) {
    evictions.addAll(wanted);
  }

  /** Who set what, for those who judge it. */
  OwningPlugins owners() {
    Map<String, FieldOwners.Builder> all = new LinkedHashMap<>();
    owners.forEach((item, plugin) -> {
      FieldOwners.Builder fields =
          all.computeIfAbsent(item.container(), _ -> FieldOwners.newBuilder());
      int number = item.field().getNumber();
      if (item.entry().isEmpty()) {
        fields.putSimple(number, plugin);
      } else {
        CompoundFieldOwners known =
            fields.getCompoundOrDefault(number, CompoundFieldOwners.getDefaultInstance());
        fields.putCompound(number, known.toBuilder().putOwners(item.entry(), plugin).build());
      }
    });
    OwningPlugins.Builder message = OwningPlugins.newBuilder();
    all.forEach((id, fields) -> message.putOwners(id, fields.build()));
    return message.build();
  }
}
