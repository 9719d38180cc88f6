package io.gantry.linux.nftables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.netlink.NetlinkNamespaces;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LibNftablesIT {

  private Fd netns;
  private Nftables nftables;

  @BeforeEach
  void makeNamespace() throws IOException {
    netns =
        NamespaceThread.call(
            "test-netns",
            thread -> {
              thread.unshare(Namespace.NET);
              return thread.current(Namespace.NET);
            });
    nftables = new LibNftables(new NetlinkNamespaces(Linux.syscalls()).at(netns));
  }

  @AfterEach
  void dropNamespace() {
    netns.close();
  }

  @Test
  void whatIsAddedIsListedInItsNamespace() throws IOException {
    nftables.run("add table inet one\nadd set inet one s { type ipv4_addr; }\n");
    assertThat(nftables.run("list tables\n")).isEqualTo("table inet one\n");
    assertThat(nftables.run("list table inet one\n")).contains("set s", "type ipv4_addr");
  }

  @Test
  void commandsHappenTogetherOrNotAtAll() throws IOException {
    assertThatExceptionOfType(NftablesException.class)
        .isThrownBy(() -> nftables.run("add table inet one\nadd chain inet two c\n"))
        .withMessageContaining("No such file or directory");
    assertThat(nftables.run("list tables\n")).isEmpty();
  }

  @Test
  void whatCannotBeParsedIsShown() {
    assertThatExceptionOfType(NftablesException.class)
        .isThrownBy(() -> nftables.run("and now for something\n"))
        .withMessageContaining("syntax error");
  }
}
