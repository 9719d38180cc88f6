package io.gantry.stats;

import io.gantry.metrics.sample.GroupDetails;
import io.gantry.metrics.sample.ProcessFiles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a scraper of metrics is told of a pod.
 *
 * @param network null where it uses the machine's
 */
public record PodScrape(
    io.gantry.pod.Pod pod, PodSample.@Nullable Network network, List<ContainerScrape> containers) {

  public PodScrape {
    containers = List.copyOf(containers);
  }

  /**
   * A running container.
   *
   * @param group its control group, absolute within the hierarchies
   * @param fileSystem the one that has its files
   */
  public record ContainerScrape(
      ContainerSample sample,
      String group,
      GroupDetails details,
      List<DeviceTraffic> devices,
      ProcessFiles.Count files,
      FileSystem fileSystem) {

    public ContainerScrape {
      devices = List.copyOf(devices);
    }
  }

  /**
   * What went to and from a block device.
   *
   * @param name such as {@code /dev/sda}, or the numbers of a device that has none
   */
  public record DeviceTraffic(String name, GroupDetails.DeviceIo io) {}

  /**
   * How large a file system is, and how many inodes it has.
   *
   * @param device such as {@code /dev/sda1}, or the numbers of one that has none
   */
  public record FileSystem(String device, long bytes, long inodes, long freeInodes) {}
}
