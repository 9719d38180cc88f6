package io.gantry.cni.engine;

import io.gantry.cni.Attachment;
import io.gantry.cni.NetworkSettings;
import io.gantry.cni.PodRequest;
import io.gantry.cni.ipam.PrivateBlocks;
import io.gantry.linux.netlink.IpPrefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What tests of the engine share: settings below one directory, and records of pods. */
final class NetworksFixture {

  /** The pods' records, as a daemon would keep them. */
  final Map<String, List<Attachment>> records = new HashMap<>();

  private final Path directory;
  private List<IpPrefix> candidates = PrivateBlocks.candidates();
  private boolean zero = true;
  private String use = "";

  NetworksFixture(Path directory) {
    this.directory = directory;
  }

  /** A pod's record. */
  List<Attachment> of(String pod) {
    return Objects.requireNonNull(records.get(pod), pod);
  }

  Path configurations() {
    return directory.resolve("net.d");
  }

  Path addresses() {
    return directory.resolve("addresses");
  }

  NetworksFixture candidates(String... blocks) {
    candidates = List.of(blocks).stream().map(IpPrefix::parse).toList();
    return this;
  }

  NetworksFixture withoutZeroConfig() {
    zero = false;
    return this;
  }

  NetworksFixture use(String network) {
    use = network;
    return this;
  }

  NetworkSettings settings() {
    return new NetworkSettings(
        configurations(),
        List.of(directory.resolve("bin")),
        Duration.ofSeconds(10),
        use,
        null,
        "gtest",
        new NetworkSettings.Zero(
            zero, "gtest", "gtest0", directory, addresses(), candidates, List.of(), 0));
  }

  static PodRequest pod(String id) {
    return pod(id, PodRequest.Wishes.NONE);
  }

  static PodRequest pod(String id, PodRequest.Wishes wishes) {
    return new PodRequest(
        id,
        Map.of("K8S_POD_NAME", id),
        List.of(),
        null,
        new PodRequest.Dns(List.of(), List.of(), List.of()),
        wishes,
        Map.of(),
        "");
  }
}
