package io.gantry.linux.cgroup;

import java.util.Map;
import java.util.OptionalLong;

/** Limits for tests, named one by one. */
final class LimitsBuilder {

  private OptionalLong memory = OptionalLong.empty();
  private OptionalLong swap = OptionalLong.empty();
  private OptionalLong shares = OptionalLong.empty();
  private OptionalLong quota = OptionalLong.empty();
  private OptionalLong period = OptionalLong.empty();
  private OptionalLong pids = OptionalLong.empty();
  private String cpus = "";
  private Map<String, Long> hugepages = Map.of();
  private Map<String, String> unified = Map.of();

  LimitsBuilder memory(long bytes) {
    memory = OptionalLong.of(bytes);
    return this;
  }

  LimitsBuilder swap(long bytesWithMemory) {
    swap = OptionalLong.of(bytesWithMemory);
    return this;
  }

  LimitsBuilder shares(long cpuShares) {
    shares = OptionalLong.of(cpuShares);
    return this;
  }

  LimitsBuilder quota(long micros, long periodMicros) {
    quota = OptionalLong.of(micros);
    period = OptionalLong.of(periodMicros);
    return this;
  }

  LimitsBuilder quota(long micros) {
    quota = OptionalLong.of(micros);
    return this;
  }

  LimitsBuilder pids(long tasks) {
    pids = OptionalLong.of(tasks);
    return this;
  }

  LimitsBuilder cpus(String list) {
    cpus = list;
    return this;
  }

  LimitsBuilder hugepages(String size, long bytes) {
    hugepages = Map.of(size, bytes);
    return this;
  }

  LimitsBuilder unified(String file, String value) {
    unified = Map.of(file, value);
    return this;
  }

  CgroupLimits build() {
    return new CgroupLimits(
        memory, swap, shares, quota, period, pids, cpus, "", hugepages, unified);
  }
}
