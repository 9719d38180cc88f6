package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LinkMetersIT {

  private final LinkMeters meters = new LinkMeters(Linux.syscalls());
  private final NetworkNamespaces namespaces = new NetlinkNamespaces(Linux.syscalls());

  private static Fd make() throws IOException {
    return NamespaceThread.call(
        "test-netns",
        thread -> {
          thread.unshare(Namespace.NET);
          return thread.current(Namespace.NET);
        });
  }

  private void fill(Fd netns, int from, int to) throws IOException {
    try (NetworkStack stack = namespaces.at(netns).open()) {
      for (int i = from; i < to; i++) {
        stack.links().create(new BridgeLink("br" + i, new MacAddress(0x020000000000L + i), 1500));
      }
    }
  }

  @Test
  void whoMakesManyLinksIsToldOfTheFirst() throws IOException {
    try (Fd netns = make();
        LinkMeters.Meter meter = meters.open(netns)) {
      fill(netns, 0, 2);
      assertThat(meter.traffic()).extracting(LinkCounters::name).contains("br0", "br1");
      fill(netns, 2, 4 * LinkMeters.MOST);

      assertThat(meter.traffic())
          .hasSize(LinkMeters.MOST)
          .extracting(LinkCounters::name)
          .contains("br0", "br1")
          .doesNotContain("lo");
    }
  }
}
