package io.gantry.linux.nftables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.netlink.NetlinkNamespaces;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LibNftablesIT {

  private Fd netns;
  private LibNftables nftables;

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
    nftables.close();
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
  void anOutlineLeavesElementsOut() throws IOException {
    nftables.run("table inet one { set s { type ipv4_addr; elements = { 10.0.0.1 }; }; }\n");
    assertThat(nftables.outline("list table inet one\n"))
        .contains("set s")
        .doesNotContain("10.0.0.1");
    assertThat(nftables.run("list table inet one\n")).contains("10.0.0.1");
  }

  @Test
  void deletingDoesNotWaitForTheKernelToForget() throws IOException {
    nftables.run("table inet one { set s { type ipv4_addr; }; }\n");
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long start = System.nanoTime();
      nftables.run("add element inet one s { 10.0.0.1 }\n");
      nftables.run("delete element inet one s { 10.0.0.1 }\n");
      best = Math.min(best, System.nanoTime() - start);
    }
    assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(3));
  }

  @Test
  void aFailureDoesNotSpoilWhatFollows() throws IOException {
    assertThatExceptionOfType(NftablesException.class)
        .isThrownBy(() -> nftables.run("list table inet one\n"));
    nftables.run("add table inet one\n");
    nftables.close();
    assertThat(nftables.run("list tables\n")).isEqualTo("table inet one\n");
  }

  @Test
  void whatCannotBeParsedIsShown() {
    assertThatExceptionOfType(NftablesException.class)
        .isThrownBy(() -> nftables.run("and now for something\n"))
        .withMessageContaining("syntax error");
  }
}
