package io.gantry.cni.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.Link;
import org.junit.jupiter.api.Test;

class LoopbackTest {

  @Test
  void loopbackComesUpAndStaysUp() throws Exception {
    FakeNetworks networks = new FakeNetworks();
    try (Fd netns = networks.make()) {
      Loopback loopback = new Loopback(networks);
      loopback.ensure(netns);
      loopback.ensure(netns);
      assertThat(networks.at(netns).links().list()).allMatch(Link::up);
      assertThat(networks.own().links().list()).noneMatch(Link::up);
    }
  }
}
