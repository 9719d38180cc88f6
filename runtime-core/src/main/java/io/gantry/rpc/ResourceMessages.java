package io.gantry.rpc;

import io.gantry.api.cri.v1.HugepageLimit;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.container.ResourceSpec;
import io.gantry.linux.cgroup.CgroupLimits;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** CRI LinuxContainerResources from and to its domain form; zero there is "not set" here. */
final class ResourceMessages {

  /** The one file of version 2 that has a meaning on version 1 too. */
  private static final String PIDS_MAX = "pids.max";

  private static final int OOM_SCORE_LIMIT = 1000;

  private ResourceMessages() {}

  static ResourceSpec spec(LinuxContainerResources resources, Field field) {
    long adjustment =
        field
            .in("oom_score_adj")
            .between(resources.getOomScoreAdj(), -OOM_SCORE_LIMIT, OOM_SCORE_LIMIT);
    return new ResourceSpec(limits(resources, field), (int) adjustment);
  }

  private static CgroupLimits limits(LinuxContainerResources resources, Field field) {
    Map<String, String> unified = new HashMap<>(resources.getUnifiedMap());
    String pids = unified.remove(PIDS_MAX);
    return new CgroupLimits(
        optional(resources.getMemoryLimitInBytes(), field.in("memory_limit_in_bytes")),
        memoryAndSwap(resources, field.in("memory_swap_limit_in_bytes")),
        optional(resources.getCpuShares(), field.in("cpu_shares")),
        quota(resources.getCpuQuota()),
        optional(resources.getCpuPeriod(), field.in("cpu_period")),
        pids == null ? OptionalLong.empty() : pids(pids, field.in("unified[pids.max]")),
        field.in("cpuset_cpus").text(resources.getCpusetCpus()),
        field.in("cpuset_mems").text(resources.getCpusetMems()),
        hugepages(resources, field.in("hugepage_limits")),
        unified);
  }

  private static OptionalLong optional(long value, Field field) {
    return field.notNegative(value) == 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static OptionalLong memoryAndSwap(LinuxContainerResources resources, Field field) {
    long both = field.notNegative(resources.getMemorySwapLimitInBytes());
    if (both > 0 && both < resources.getMemoryLimitInBytes()) {
      throw field.wrong(
          "is " + both + ", less than memory_limit_in_bytes", "it counts memory and swap together");
    }
    return both == 0 ? OptionalLong.empty() : OptionalLong.of(both);
  }

  /** Any negative quota lifts the limit. */
  private static OptionalLong quota(long micros) {
    return micros == 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(micros, -1));
  }

  private static OptionalLong pids(String value, Field field) {
    if (value.equals("max")) {
      return OptionalLong.of(-1);
    }
    try {
      return OptionalLong.of(field.notNegative(Long.parseLong(value)));
    } catch (NumberFormatException e) {
      throw field.wrong("is " + value, "give a number or max");
    }
  }

  private static Map<String, Long> hugepages(LinuxContainerResources resources, Field field) {
    Map<String, Long> limits = new LinkedHashMap<>();
    for (int i = 0; i < resources.getHugepageLimitsCount(); i++) {
      HugepageLimit limit = resources.getHugepageLimits(i);
      String size = field.item(i).in("page_size").required(limit.getPageSize());
      limits.put(size, field.item(i).in("limit").notNegative(limit.getLimit()));
    }
    return limits;
  }

  static LinuxContainerResources message(ResourceSpec resources) {
    CgroupLimits limits = resources.limits();
    LinuxContainerResources.Builder message =
        LinuxContainerResources.newBuilder()
            .setMemoryLimitInBytes(limits.memoryBytes().orElse(0))
            .setMemorySwapLimitInBytes(limits.memoryAndSwapBytes().orElse(0))
            .setCpuShares(limits.cpuShares().orElse(0))
            .setCpuQuota(limits.cpuQuotaMicros().orElse(0))
            .setCpuPeriod(limits.cpuPeriodMicros().orElse(0))
            .setOomScoreAdj(resources.oomScoreAdjustment())
            .setCpusetCpus(limits.cpus())
            .setCpusetMems(limits.mems())
            .putAllUnified(limits.unified());
    limits
        .pids()
        .ifPresent(pids -> message.putUnified(PIDS_MAX, pids < 0 ? "max" : Long.toString(pids)));
    limits
        .hugepageBytes()
        .forEach((size, bytes) ->
            message.addHugepageLimits(
                HugepageLimit.newBuilder().setPageSize(size).setLimit(bytes)));
    return message.build();
  }
}
