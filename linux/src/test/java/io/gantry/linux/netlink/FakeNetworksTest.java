package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import org.junit.jupiter.api.Test;

class FakeNetworksTest extends NetworkStackContract {

  private final FakeNetworks networks = new FakeNetworks();

  @Override
  NetworkNamespaces namespaces() {
    return networks;
  }

  @Override
  Fd make() {
    return networks.make();
  }

  @Test
  void theChosenChangeFailsOnce() throws Exception {
    networks.failAfter(1, Errno.EPERM);
    Links links = networks.own().links();
    links.bringUp(1);
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> links.bringUp(1))
        .withMessage("RTM_NEWLINK up 1: EPERM");
    links.bringUp(1);
    assertThat(networks.changes()).hasSize(3);
  }
}
