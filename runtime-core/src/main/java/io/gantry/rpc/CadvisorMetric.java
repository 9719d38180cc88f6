package io.gantry.rpc;

import io.gantry.api.cri.v1.MetricDescriptor;
import io.gantry.api.cri.v1.MetricType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The metrics of containers with the names, labels and units of cAdvisor (metrics/prometheus.go of
 * google/cadvisor), which kubelet showed before runtimes did, and which dashboards ask for. Values
 * are whole numbers, because CRI has no others: seconds are cut off.
 */
enum CadvisorMetric {
  BLKIO_DEVICE_USAGE(
      "blkio_device_usage_total",
      MetricType.COUNTER,
      "Bytes to and from a block device.",
      Label.DEVICE,
      "major",
      "minor",
      "operation"),
  CPU_PERIODS("cpu_cfs_periods_total", MetricType.COUNTER, "Periods of the CPU quota so far."),
  CPU_THROTTLED_PERIODS(
      "cpu_cfs_throttled_periods_total",
      MetricType.COUNTER,
      "Periods in which the CPU quota was used up."),
  CPU_THROTTLED_SECONDS(
      "cpu_cfs_throttled_seconds_total",
      MetricType.COUNTER,
      "Seconds of waiting for the next period of the CPU quota."),
  CPU_SYSTEM("cpu_system_seconds_total", MetricType.COUNTER, "Seconds of CPU time in the kernel."),
  CPU_USAGE("cpu_usage_seconds_total", MetricType.COUNTER, "Seconds of CPU time.", "cpu"),
  CPU_USER("cpu_user_seconds_total", MetricType.COUNTER, "Seconds of CPU time in programs."),
  FILE_DESCRIPTORS("file_descriptors", MetricType.GAUGE, "Open file descriptors."),
  FS_INODES_FREE(
      "fs_inodes_free", MetricType.GAUGE, "Free inodes of the file system.", Label.DEVICE),
  FS_INODES("fs_inodes_total", MetricType.GAUGE, "Inodes of the file system.", Label.DEVICE),
  FS_LIMIT("fs_limit_bytes", MetricType.GAUGE, "Size of the file system in bytes.", Label.DEVICE),
  FS_READ_BYTES(
      "fs_reads_bytes_total", MetricType.COUNTER, "Bytes read from a device.", Label.DEVICE),
  FS_READS("fs_reads_total", MetricType.COUNTER, "Reads from a device.", Label.DEVICE),
  FS_USAGE(
      "fs_usage_bytes", MetricType.GAUGE, "Bytes that the writable layer takes.", Label.DEVICE),
  FS_WRITTEN_BYTES(
      "fs_writes_bytes_total", MetricType.COUNTER, "Bytes written to a device.", Label.DEVICE),
  FS_WRITES("fs_writes_total", MetricType.COUNTER, "Writes to a device.", Label.DEVICE),
  HUGETLB_PEAK(
      "hugetlb_max_usage_bytes", MetricType.GAUGE, "Most bytes of huge pages ever.", "pagesize"),
  HUGETLB_USAGE("hugetlb_usage_bytes", MetricType.GAUGE, "Bytes of huge pages.", "pagesize"),
  LAST_SEEN("last_seen", MetricType.GAUGE, "Unix time at which this was measured."),
  MEMORY_CACHE("memory_cache", MetricType.GAUGE, "Bytes of page cache."),
  MEMORY_FAILCNT(
      "memory_failcnt", MetricType.COUNTER, "Times that the memory limit was in the way."),
  MEMORY_FAILURES(
      "memory_failures_total", MetricType.COUNTER, "Page faults.", "failure_type", "scope"),
  MEMORY_KERNEL("memory_kernel_usage", MetricType.GAUGE, "Bytes that the kernel needs for it."),
  MEMORY_MAPPED("memory_mapped_file", MetricType.GAUGE, "Bytes of mapped files."),
  MEMORY_PEAK("memory_max_usage_bytes", MetricType.GAUGE, "Most bytes of memory ever."),
  MEMORY_RSS("memory_rss", MetricType.GAUGE, "Bytes of memory that no file backs."),
  MEMORY_SWAP("memory_swap", MetricType.GAUGE, "Bytes of swap."),
  MEMORY_USAGE("memory_usage_bytes", MetricType.GAUGE, "Bytes of memory, page cache included."),
  MEMORY_WORKING_SET(
      "memory_working_set_bytes",
      MetricType.GAUGE,
      "Bytes of memory without page cache that can be had back at once."),
  RECEIVED_BYTES(
      "network_receive_bytes_total", MetricType.COUNTER, "Bytes received.", Label.INTERFACE),
  RECEIVE_ERRORS(
      "network_receive_errors_total", MetricType.COUNTER, "Errors in receiving.", Label.INTERFACE),
  RECEIVE_DROPS(
      "network_receive_packets_dropped_total",
      MetricType.COUNTER,
      "Packets dropped in receiving.",
      Label.INTERFACE),
  RECEIVED_PACKETS(
      "network_receive_packets_total", MetricType.COUNTER, "Packets received.", Label.INTERFACE),
  SENT_BYTES("network_transmit_bytes_total", MetricType.COUNTER, "Bytes sent.", Label.INTERFACE),
  SEND_ERRORS(
      "network_transmit_errors_total", MetricType.COUNTER, "Errors in sending.", Label.INTERFACE),
  SEND_DROPS(
      "network_transmit_packets_dropped_total",
      MetricType.COUNTER,
      "Packets dropped in sending.",
      Label.INTERFACE),
  SENT_PACKETS(
      "network_transmit_packets_total", MetricType.COUNTER, "Packets sent.", Label.INTERFACE),
  OOM_EVENTS(
      "oom_events_total", MetricType.COUNTER, "Processes killed because memory was used up."),
  PRESSURE_CPU_STALLED(
      "pressure_cpu_stalled_seconds_total",
      MetricType.COUNTER,
      "Seconds in which all tasks waited for a CPU."),
  PRESSURE_CPU_WAITING(
      "pressure_cpu_waiting_seconds_total",
      MetricType.COUNTER,
      "Seconds in which a task waited for a CPU."),
  PRESSURE_IO_STALLED(
      "pressure_io_stalled_seconds_total",
      MetricType.COUNTER,
      "Seconds in which all tasks waited for a device."),
  PRESSURE_IO_WAITING(
      "pressure_io_waiting_seconds_total",
      MetricType.COUNTER,
      "Seconds in which a task waited for a device."),
  PRESSURE_MEMORY_STALLED(
      "pressure_memory_stalled_seconds_total",
      MetricType.COUNTER,
      "Seconds in which all tasks waited for memory."),
  PRESSURE_MEMORY_WAITING(
      "pressure_memory_waiting_seconds_total",
      MetricType.COUNTER,
      "Seconds in which a task waited for memory."),
  PROCESSES("processes", MetricType.GAUGE, "Processes."),
  SOCKETS("sockets", MetricType.GAUGE, "Open sockets."),
  SPEC_CPU_PERIOD("spec_cpu_period", MetricType.GAUGE, "Microseconds of a CPU quota's period."),
  SPEC_CPU_QUOTA("spec_cpu_quota", MetricType.GAUGE, "Microseconds of CPU time in each period."),
  SPEC_CPU_SHARES("spec_cpu_shares", MetricType.GAUGE, "Weight of the CPU time, 1024 being usual."),
  SPEC_MEMORY_LIMIT(
      "spec_memory_limit_bytes", MetricType.GAUGE, "Memory limit in bytes, 0 for none."),
  SPEC_MEMORY_RESERVATION(
      "spec_memory_reservation_limit_bytes",
      MetricType.GAUGE,
      "Bytes of memory that others cannot take away, 0 for none."),
  SPEC_MEMORY_SWAP_LIMIT(
      "spec_memory_swap_limit_bytes",
      MetricType.GAUGE,
      "Limit of memory and swap together in bytes, 0 for none."),
  START_TIME("start_time_seconds", MetricType.GAUGE, "Unix time of the start."),
  THREADS("threads", MetricType.GAUGE, "Threads."),
  THREADS_MAX("threads_max", MetricType.GAUGE, "Most threads allowed, 0 for any number."),
  ULIMITS_SOFT("ulimits_soft", MetricType.GAUGE, "Soft limits of the first process.", "ulimit");

  /** Names of labels that several have. */
  private static final class Label {
    static final String DEVICE = "device";
    static final String INTERFACE = "interface";

    /** What every metric says of its container; those of a pod leave out container and image. */
    static final List<String> BASE =
        List.of("container", "id", "image", "name", "namespace", "pod");
  }

  private final MetricDescriptor descriptor;
  private final MetricType type;

  CadvisorMetric(String name, MetricType type, String help, String... labels) {
    this.type = type;
    this.descriptor =
        MetricDescriptor.newBuilder()
            .setName("container_" + name)
            .setHelp(help)
            .addAllLabelKeys(Stream.concat(Label.BASE.stream(), Stream.of(labels)).toList())
            .build();
  }

  String metric() {
    return descriptor.getName();
  }

  MetricType type() {
    return type;
  }

  MetricDescriptor descriptor() {
    return descriptor;
  }

  /** How many values a row of this needs beside those that every metric has. */
  int ownLabels() {
    return descriptor.getLabelKeysCount() - Label.BASE.size();
  }

  static List<MetricDescriptor> descriptors() {
    return Arrays.stream(values()).map(CadvisorMetric::descriptor).toList();
  }
}
