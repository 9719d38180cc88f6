package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.HugepageLimit;
import io.gantry.api.nri.v1alpha1.LinuxCPU;
import io.gantry.api.nri.v1alpha1.LinuxMemory;
import io.gantry.api.nri.v1alpha1.LinuxPids;
import io.gantry.api.nri.v1alpha1.LinuxResources;
import io.gantry.api.nri.v1alpha1.OptionalInt64;
import io.gantry.api.nri.v1alpha1.OptionalUInt64;
import io.gantry.linux.cgroup.CgroupLimits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Limits as plugins write them, and as they are kept here. */
final class ResourceForms {

  private ResourceForms() {}

  static LinuxResources message(CgroupLimits limits) {
    LinuxResources.Builder message =
        LinuxResources.newBuilder()
            .setMemory(memory(limits))
            .setCpu(cpu(limits))
            .putAllUnified(limits.unified());
    limits
        .hugepageBytes()
        .forEach((size, bytes) ->
            message.addHugepageLimits(
                HugepageLimit.newBuilder().setPageSize(size).setLimit(bytes)));
    limits.pids().ifPresent(most -> message.setPids(LinuxPids.newBuilder().setLimit(most)));
    return message.build();
  }

  private static LinuxMemory memory(CgroupLimits limits) {
    LinuxMemory.Builder memory = LinuxMemory.newBuilder();
    limits.memoryBytes().ifPresent(bytes -> memory.setLimit(signed(bytes)));
    limits.memoryAndSwapBytes().ifPresent(bytes -> memory.setSwap(signed(bytes)));
    return memory.build();
  }

  private static LinuxCPU cpu(CgroupLimits limits) {
    LinuxCPU.Builder cpu = LinuxCPU.newBuilder().setCpus(limits.cpus()).setMems(limits.mems());
    limits.cpuShares().ifPresent(shares -> cpu.setShares(unsigned(shares)));
    limits.cpuQuotaMicros().ifPresent(micros -> cpu.setQuota(signed(micros)));
    limits.cpuPeriodMicros().ifPresent(micros -> cpu.setPeriod(unsigned(micros)));
    return cpu.build();
  }

  private static OptionalInt64 signed(long value) {
    return OptionalInt64.newBuilder().setValue(value).build();
  }

  private static OptionalUInt64 unsigned(long value) {
    return OptionalUInt64.newBuilder().setValue(value).build();
  }

  /** What of a message is kept; {@link Unserved} has refused the rest. */
  static CgroupLimits limits(LinuxResources message) {
    LinuxMemory memory = message.getMemory();
    LinuxCPU cpu = message.getCpu();
    Map<String, Long> pages = new LinkedHashMap<>();
    message
        .getHugepageLimitsList()
        .forEach(limit -> pages.put(limit.getPageSize(), limit.getLimit()));
    return new CgroupLimits(
        where(memory.hasLimit(), memory.getLimit().getValue()),
        where(memory.hasSwap(), memory.getSwap().getValue()),
        where(cpu.hasShares(), cpu.getShares().getValue()),
        where(cpu.hasQuota(), cpu.getQuota().getValue()),
        where(cpu.hasPeriod(), cpu.getPeriod().getValue()),
        where(message.hasPids(), message.getPids().getLimit()),
        cpu.getCpus(),
        cpu.getMems(),
        pages,
        message.getUnifiedMap());
  }

  private static OptionalLong where(boolean present, long value) {
    return present ? OptionalLong.of(value) : OptionalLong.empty();
  }
}
