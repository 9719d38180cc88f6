package io.gantry.cni.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.plugin.Plugin;
import io.gantry.linux.Linux;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.nftables.LibNftables;
import io.gantry.linux.nftables.Nftables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacketTableIT {

  private static final int MANY = 500;

  private TestNamespace node;
  private LibNftables nftables;
  private PacketTable table;

  @BeforeEach
  void startNode() throws IOException {
    node = TestNamespace.make();
    nftables = new LibNftables(node.inside());
    table = new PacketTable(nftables, "gtest");
  }

  @AfterEach
  void stopNode() {
    nftables.close();
    node.close();
  }

  private static Owner owner(int number) {
    return new Owner("net", "%064x".formatted(number), "eth0");
  }

  private static Elements of(int number) {
    int low = number + 2;
    return Elements.masquerade(
        List.of(
            IpPrefix.parse("10.88.%d.%d/16".formatted(low / 256, low % 256)),
            IpPrefix.parse("fd00:88::%x/64".formatted(low))));
  }

  private static Map<Owner, List<Elements>> records(int count) {
    Map<Owner, List<Elements>> records = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      records.put(owner(i), List.of(of(i)));
    }
    return records;
  }

  private String listed() throws IOException {
    return nftables.run("list table inet gtest\n");
  }

  @Test
  void whatIsPutIsThereAndWhatIsReleasedIsNot() throws IOException {
    nftables.run("add table inet other\nadd set inet other s { type ipv4_addr; }\n");
    table.put(owner(0), of(0));
    String one = listed();
    table.put(owner(1), of(1));
    assertThat(table.missing(owner(1), of(1))).isEmpty();
    assertThat(table.missing(owner(1), of(0))).hasSize(2);
    table.release(owner(1));
    assertThat(listed()).isEqualTo(one);
    assertThat(table.missing(owner(1), of(1)))
        .containsExactly("masquerade4 10.88.0.3", "masquerade6 fd00:88::3");
    table.release(owner(0));
    assertThat(listed()).contains("outside_").doesNotContain("elements");
    assertThat(table.verify()).isFalse();
    assertThat(listed()).doesNotContain("elements", "outside_");
    table.remove();
    assertThat(nftables.run("list tables\n")).isEqualTo("table inet other\n");
  }

  @Test
  void anAddressChangesItsOwnerInOneTransaction() throws IOException {
    table.put(owner(0), of(0));
    table.put(owner(1), of(0));
    assertThat(table.missing(owner(1), of(0))).isEmpty();
    table.release(owner(0));
    assertThat(table.missing(owner(1), of(0))).isEmpty();
  }

  @Test
  void anotherProcessFindsWhoOwnsWhatAndCleansUp() throws IOException {
    table.put(owner(0), of(0));
    table.put(owner(1), of(1));
    PacketTable later = new PacketTable(nftables, "gtest");
    assertThat(later.owners()).containsExactlyInAnyOrder(owner(0), owner(1));
    assertThat(later.verify()).isFalse();
    later.retain(
        "net",
        Part.MASQUERADE,
        Set.of(new Plugin.Attachment(owner(1).containerId(), owner(1).ifName())));
    PacketTable last = new PacketTable(nftables, "gtest");
    assertThat(last.owners()).containsExactly(owner(1));
    last.release(owner(1));
    assertThat(last.verify()).isFalse();
    assertThat(listed()).doesNotContain("elements", "outside_");
  }

  @Test
  void processesThatShareATableSeeEachOthersChanges(@TempDir Path temp) throws Exception {
    int processes = 4;
    int each = 25;
    try (ExecutorService threads = Executors.newFixedThreadPool(processes)) {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int process = 0; process < processes; process++) {
        int first = process * each;
        work.add(() -> {
          try (LibNftables own = new LibNftables(node.inside())) {
            Exclusion exclusion = Exclusion.byFile(Linux.syscalls(), temp.resolve("run/lock"));
            PacketTable shared = new PacketTable(own, "gtest", exclusion);
            for (int i = first; i < first + each; i++) {
              shared.put(owner(i), of(i));
            }
            shared.release(owner(first));
          }
          return true;
        });
      }
      for (Future<Boolean> done : threads.invokeAll(work)) {
        assertThat(done.get()).isTrue();
      }
    }
    assertThat(table.owners()).hasSize(processes * (each - 1));
    assertThat(table.verify()).isFalse();
  }

  @Test
  void aFlushedRulesetIsPutBackByTheNextChangeOrCheck() throws IOException {
    table.rebuild(records(3));
    String whole = listed();
    assertThat(table.verify()).isFalse();
    nftables.run("flush ruleset\n");
    assertThat(table.verify()).isTrue();
    assertThat(listed()).isEqualTo(whole);

    nftables.run("flush chain inet gtest postrouting\n");
    assertThat(table.verify()).isTrue();
    assertThat(listed()).isEqualTo(whole);

    nftables.run("flush ruleset\n");
    table.put(owner(3), of(3));
    assertThat(table.missing(owner(0), of(0))).isEmpty();
    table.release(owner(3));
    assertThat(listed()).isEqualTo(whole);

    nftables.run("delete element inet gtest masquerade4 { 10.88.0.2 }\n");
    table.release(owner(0));
    assertThat(table.owners()).containsExactlyInAnyOrder(owner(1), owner(2));
    assertThat(listed()).contains("10.88.0.3", "10.88.0.4").doesNotContain("10.88.0.2 ");
  }

  /** A run of commands is one transaction: those that change something are counted here. */
  private Nftables counting(Nftables filter, AtomicInteger transactions) {
    return commands -> {
      if (!commands.startsWith("list")) {
        transactions.incrementAndGet();
      }
      return filter.run(commands);
    };
  }

  @Test
  void aRebuildOfManyOwnersIsOneTransaction() throws IOException {
    AtomicInteger transactions = new AtomicInteger();
    PacketTable counted = new PacketTable(counting(nftables, transactions), "gtest");
    counted.rebuild(records(1));
    transactions.set(0);
    counted.rebuild(records(MANY));
    assertThat(transactions).hasValue(1);
  }

  /** Both tables are measured in turns, so that a busy machine slows both of them. */
  @Test
  void putsCostNoMoreWithManyOwners() throws IOException {
    PacketTable few = new PacketTable(nftables, "gfew");
    few.rebuild(records(1));
    table.rebuild(records(MANY));
    long besideOne = Long.MAX_VALUE;
    long besideMany = Long.MAX_VALUE;
    for (int i = 0; i < 100; i++) {
      besideOne = Math.min(besideOne, nanosOfPutAndRelease(few));
      besideMany = Math.min(besideMany, nanosOfPutAndRelease(table));
    }
    System.out.printf(
        "put and release beside 1 and %d owners: %d, %d us%n",
        MANY, besideOne / 1000, besideMany / 1000);
    assertThat(besideMany).isLessThan(4 * besideOne);
  }

  private static long nanosOfPutAndRelease(PacketTable table) throws IOException {
    long start = System.nanoTime();
    table.put(owner(MANY), of(MANY));
    table.release(owner(MANY));
    return System.nanoTime() - start;
  }
}
