package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.CDIDevice;
import io.gantry.api.nri.v1alpha1.CompoundFieldOwners;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.Field;
import io.gantry.api.nri.v1alpha1.FieldOwners;
import io.gantry.api.nri.v1alpha1.KeyValue;
import io.gantry.api.nri.v1alpha1.LinuxCPU;
import io.gantry.api.nri.v1alpha1.LinuxContainerAdjustment;
import io.gantry.api.nri.v1alpha1.LinuxContainerUpdate;
import io.gantry.api.nri.v1alpha1.LinuxDevice;
import io.gantry.api.nri.v1alpha1.LinuxMemory;
import io.gantry.api.nri.v1alpha1.LinuxResources;
import io.gantry.api.nri.v1alpha1.Mount;
import io.gantry.api.nri.v1alpha1.OwningPlugins;
import io.gantry.api.nri.v1alpha1.POSIXRlimit;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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

  /** What is wanted of one container; nothing in it for one that nobody updates. */
  LinuxResources updateOf(String id) {
    ContainerUpdate update = updates.get(id);
    return update == null ? LinuxResources.getDefaultInstance() : update.getLinux().getResources();
  }

  List<ContainerEviction> evictions() {
    return List.copyOf(evictions);
  }

  /** Takings away come first, wherever they stand. */
  void adjust(String plugin, ContainerAdjustment wanted) {
    if (wanted.equals(ContainerAdjustment.getDefaultInstance())) {
      return;
    }
    Unserved.refuse(plugin, wanted);
    annotations(plugin, wanted.getAnnotationsMap());
    inOrder(wanted.getEnvList(), KeyValue::getKey)
        .forEach(variable -> {
          settle(plugin, Field.Env, variable.getKey());
          whole.addEnv(variable);
        });
    inOrder(wanted.getMountsList(), Mount::getDestination)
        .forEach(mount -> {
          settle(plugin, Field.Mounts, mount.getDestination());
          whole.addMounts(mount);
        });
    for (POSIXRlimit limit : wanted.getRlimitsList()) {
      settle(plugin, Field.Rlimits, limit.getType());
      whole.addRlimits(limit);
    }
    for (CDIDevice device : wanted.getCDIDevicesList()) {
      settle(plugin, Field.CdiDevices, device.getName());
      whole.addCDIDevices(device);
    }
    arguments(plugin, wanted.getArgsList());
    if (wanted.hasHooks()) {
      whole.getHooksBuilder().mergeFrom(wanted.getHooks());
    }
    if (wanted.hasLinux()) {
      linux(plugin, wanted.getLinux());
    }
  }

  private static <T> List<T> inOrder(List<T> wanted, Function<T, String> name) {
    return wanted.stream()
        .sorted(Comparator.comparing(each -> !name.apply(each).startsWith(REMOVED)))
        .toList();
  }

  private void annotations(String plugin, Map<String, String> wanted) {
    for (String name : inOrder(List.copyOf(wanted.keySet()), Function.identity())) {
      settle(plugin, Field.Annotations, name);
      if (name.startsWith(REMOVED)) {
        whole.removeAnnotations(name.substring(1));
      }
      whole.putAnnotations(name, wanted.getOrDefault(name, ""));
    }
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
    claim(plugin, new Item(container, Field.Args, ""));
    whole.clearArgs().addAllArgs(replaces ? words.subList(1, words.size()) : words);
  }

  private void linux(String plugin, LinuxContainerAdjustment wanted) {
    LinuxContainerAdjustment.Builder linux = whole.getLinuxBuilder();
    inOrder(wanted.getDevicesList(), LinuxDevice::getPath)
        .forEach(device -> {
          settle(plugin, Field.Devices, device.getPath());
          linux.addDevices(device);
        });
    if (wanted.hasOomScoreAdj()) {
      claim(plugin, new Item(container, Field.OomScoreAdj, ""));
      linux.setOomScoreAdj(wanted.getOomScoreAdj());
    }
    if (wanted.hasResources()) {
      claim(plugin, container, wanted.getResources());
      linux.getResourcesBuilder().mergeFrom(wanted.getResources());
    }
  }

  /** Of a name that begins with a dash: whose it was, it is no more; else it is the plugin's. */
  private void settle(String plugin, Field field, String name) {
    if (name.startsWith(REMOVED)) {
      owners.remove(new Item(container, field, entry(field, name.substring(1))));
    } else {
      claim(plugin, new Item(container, field, entry(field, name)));
    }
  }

  private static String entry(Field field, String name) {
    return field == Field.Mounts ? Path.of(name).normalize().toString() : name;
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

  /** Changes of other containers than the one that is being made. */
  void updateOthers(String plugin, List<ContainerUpdate> wanted) {
    if (wanted.stream().anyMatch(update -> update.getContainerId().equals(container))) {
      throw new InvalidException(
          new Subject("NRI plugin", plugin),
          "NRI plugin " + plugin + " updates container " + container + " while it is being made",
          "the plugin has to adjust it");
    }
    update(plugin, wanted);
  }

  /** Changes of containers that are there. */
  void update(String plugin, List<ContainerUpdate> wanted) {
    for (ContainerUpdate update : wanted) {
      Unserved.refuse(plugin, update);
      claim(plugin, update.getContainerId(), update.getLinux().getResources());
      updates.merge(update.getContainerId(), update, Merging::both);
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
