package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class NetlinkStackIT extends NetworkStackContract {

  private static final int MANY = 300;

  private final NetworkNamespaces namespaces = new NetlinkNamespaces(Linux.syscalls());

  @Override
  NetworkNamespaces namespaces() {
    return namespaces;
  }

  @Override
  Fd make() throws IOException {
    return NamespaceThread.call(
        "test-netns",
        thread -> {
          thread.unshare(Namespace.NET);
          return thread.current(Namespace.NET);
        });
  }

  @Test
  void theOwnNamespaceIsTheCallers() throws IOException {
    assertThat(namespaces.own().<Boolean>use(stack -> stack.links().find("lo").isPresent()))
        .isTrue();
  }

  @Test
  void aTableOfManyPartsIsReadWhole() throws IOException {
    try (Fd netns = make();
        NetworkStack stack = namespaces.at(netns).open()) {
      // The loopback device, and what the kernel's tunnels put into every namespace.
      int atBirth = stack.links().list().size();
      for (int i = 0; i < MANY; i++) {
        stack.links().create(new BridgeLink("br" + i, new MacAddress(0x020000000000L + i), 1500));
      }
      assertThat(stack.links().list()).hasSize(atBirth + MANY);
    }
  }

  @Test
  void theKernelsOwnWordsAreInTheError() throws IOException {
    try (Fd netns = make();
        NetworkStack stack = namespaces.at(netns).open()) {
      BridgeLink tiny = new BridgeLink("br0", new MacAddress(0x020000000001L), 1);
      assertThatExceptionOfType(SyscallException.class)
          .isThrownBy(() -> stack.links().create(tiny))
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
          .withMessage("RTM_NEWLINK br0: EINVAL (mtu less than device minimum)");
    }
  }
}
