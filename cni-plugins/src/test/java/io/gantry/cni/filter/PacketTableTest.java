package io.gantry.cni.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.cni.plugin.Plugin;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.nftables.Nftables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PacketTableTest {

  private static final Owner ONE = new Owner("net", "one", "eth0");
  private static final Owner TWO = new Owner("net", "two", "eth0");

  /** Answers listings with what it is told to, and remembers all else. */
  private static final class ScriptedFilter implements Nftables {

    private final List<String> changes = new ArrayList<>();
    private String tables = "";
    private String table = "";
    private boolean broken;

    @Override
    public String run(String commands) throws IOException {
      if (commands.startsWith("list tables")) {
        return tables;
      }
      if (commands.startsWith("list table ")) {
        return table;
      }
      if (broken) {
        throw new IOException("broken");
      }
      changes.add(commands);
      return "";
    }
  }

  private final ScriptedFilter filter = new ScriptedFilter();
  private final PacketTable table = new PacketTable(filter, "gtest");

  private static Elements masquerade(String... addresses) {
    return Elements.masquerade(List.of(addresses).stream().map(IpPrefix::parse).toList());
  }

  private String lastChange() {
    return filter.changes.getLast();
  }

  @Test
  void theFirstElementBringsTheTableAndLaterOnesAreElementsAlone() throws IOException {
    filter.table = "table inet gtest";
    table.put(ONE, masquerade("10.88.0.2/16"));
    assertThat(lastChange())
        .startsWith("add table inet gtest\ndelete table inet gtest\n")
        .contains("add rule inet gtest outside_10.88.0.0_16 ip daddr 10.88.0.0/16 return")
        .contains(
            "add element inet gtest masquerade4 { 10.88.0.2 comment \"masquerade/net/eth0/one\" :"
                + " jump outside_10.88.0.0_16 }");

    table.put(TWO, masquerade("10.88.0.3/16"));
    assertThat(lastChange())
        .isEqualTo(
            "add element inet gtest masquerade4 { 10.88.0.3 comment \"masquerade/net/eth0/two\" :"
                + " jump outside_10.88.0.0_16 }\n");
  }

  @Test
  void whatIsThereAlreadyAndWhatIsNotThereCostsNothing() throws IOException {
    table.release(ONE);
    table.retain("net", Part.MASQUERADE, Set.of());
    assertThat(filter.changes).isEmpty();
    table.put(ONE, masquerade("10.88.0.2/16"));
    table.put(ONE, masquerade("10.88.0.2/16"));
    assertThat(filter.changes).hasSize(1);
  }

  @Test
  void theLastPodOfABlockTakesItsChainAlongWhereProcessesComeAndGo() throws IOException {
    PacketTable common = new PacketTable(filter, "gtest", Exclusion.ofOneProcess());
    filter.table = "table inet gtest";
    common.put(ONE, masquerade("10.88.0.2/16", "fd00:88::2/64"));
    common.put(TWO, masquerade("10.88.0.3/16"));
    common.release(ONE);
    assertThat(lastChange())
        .contains("delete element inet gtest masquerade4 { 10.88.0.2 }")
        .contains("delete chain inet gtest outside_fd00-88--_64")
        .doesNotContain("delete chain inet gtest outside_10.88.0.0_16");
    common.release(TWO, Part.MASQUERADE);
    assertThat(lastChange()).contains("delete chain inet gtest outside_10.88.0.0_16");
    assertThat(common.owners()).isEmpty();
  }

  @Test
  void theChainOfABlockStaysForTheNextPodUntilTheTableIsLookedAt() throws IOException {
    filter.table = "table inet gtest";
    table.put(ONE, masquerade("10.88.0.2/16"));
    table.release(ONE);
    assertThat(lastChange()).isEqualTo("delete element inet gtest masquerade4 { 10.88.0.2 }\n");
    table.put(TWO, masquerade("10.88.0.3/16"));
    assertThat(lastChange()).doesNotContain("chain");
    table.release(TWO);
    assertThat(table.verify()).isFalse();
    assertThat(lastChange()).contains("delete table inet gtest").doesNotContain("outside_");
    int changes = filter.changes.size();
    assertThat(table.verify()).isFalse();
    assertThat(filter.changes).hasSize(changes);
  }

  @Test
  void anAddressGoesToWhoeverComesLastAndIsNotTakenByTheFormersEnd() throws IOException {
    filter.table = "table inet gtest";
    table.put(ONE, masquerade("10.88.0.2/16"));
    table.put(TWO, masquerade("10.88.0.2/16"));
    assertThat(lastChange())
        .containsSubsequence("delete element", "10.88.0.2", "add element", "net/eth0/two")
        .doesNotContain("chain");
    int changes = filter.changes.size();
    table.release(ONE);
    assertThat(filter.changes).hasSize(changes);
  }

  @Test
  void ofANetworkOnlyThoseStayThatAreStillAttached() throws IOException {
    Owner elsewhere = new Owner("other", "three", "eth0");
    table.put(ONE, masquerade("10.88.0.2/16"));
    table.put(TWO, masquerade("10.88.0.3/16"));
    table.put(elsewhere, masquerade("10.99.0.3/16"));
    table.retain("net", Part.MASQUERADE, Set.of(new Plugin.Attachment("two", "eth0")));
    assertThat(table.owners()).containsExactlyInAnyOrder(TWO, elsewhere);
  }

  @Test
  void aTableThatIsGoneOrChangedIsPutBack() throws IOException {
    filter.table = "as it should be";
    table.put(ONE, masquerade("10.88.0.2/16"));
    assertThat(table.verify()).isFalse();
    filter.table = "as it should be # count 7";
    assertThat(table.verify()).isFalse();

    filter.table = "changed";
    assertThat(table.verify()).isTrue();
    assertThat(lastChange()).contains("table inet gtest {", "10.88.0.2");
    assertThat(table.verify()).isFalse();
  }

  @Test
  void aTableThatNobodyNeedsIsNotMissed() throws IOException {
    assertThat(table.verify()).isFalse();
    assertThat(filter.changes).isEmpty();
  }

  @Test
  void aChangeThatFailsIsNotRemembered() throws IOException {
    filter.broken = true;
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> table.put(ONE, masquerade("10.88.0.2/16")));
    assertThat(table.owners()).isEmpty();
    filter.broken = false;
    table.put(ONE, masquerade("10.88.0.2/16"));
    assertThat(table.owners()).containsExactly(ONE);
  }

  @Test
  void aNewProcessReadsWhatAnEarlierOneLeft() throws IOException {
    filter.tables = "table inet gtest\n";
    filter.table =
        """
        table inet gtest {
        	comment "pod networks, layout %d"
        	map masquerade4 {
        		type ipv4_addr : verdict
        		elements = { 10.88.0.2 comment "masquerade/net/eth0/one" : jump outside_10.88.0.0_16,
        			     10.88.0.9 comment "what is this" : jump elsewhere, 10.88.0.3 comment "masquerade/net/eth0/two" : jump outside_10.88.0.0_16 }
        	}
        	map masquerade6 {
        		type ipv6_addr : verdict
        		elements = { fd00:88::2 comment "masquerade/net/eth0/one" : jump outside_fd00-88--_64 }
        	}
        }
        """
            .formatted(Skeleton.VERSION);
    assertThat(table.owners()).containsExactlyInAnyOrder(ONE, TWO);
    table.release(ONE);
    assertThat(lastChange())
        .isEqualTo(
            """
            delete element inet gtest masquerade4 { 10.88.0.2 }
            delete element inet gtest masquerade6 { fd00:88::2 }
            """);
  }

  @Test
  void aTableOfAnotherLayoutIsWrittenAnewWithWhatIsInIt() throws IOException {
    filter.tables = "table inet gtest\n";
    filter.table =
        """
        table inet gtest {
        	map masquerade4 {
        		elements = { 10.88.0.2 comment "masquerade/net/eth0/one" : jump outside_10.88.0.0_16 }
        	}
        }
        """;
    table.put(TWO, masquerade("10.88.0.3/16"));
    assertThat(lastChange()).contains("delete table inet gtest", "net/eth0/one", "net/eth0/two");
  }

  @Test
  void recordsReplaceWhateverWasThereInOneTransaction() throws IOException {
    filter.tables = "table inet gtest\n";
    table.rebuild(
        Map.of(
            ONE, List.of(masquerade("10.88.0.2/16")),
            TWO, List.of(masquerade("10.88.0.3/16"))));
    assertThat(filter.changes).hasSize(1);
    assertThat(lastChange()).contains("delete table inet gtest", "10.88.0.2", "10.88.0.3");
    assertThat(table.owners()).containsExactlyInAnyOrder(ONE, TWO);
  }

  @Test
  void ofTwoRecordsForOnePortTheFirstCounts() throws IOException {
    Elements port =
        Elements.ports(
            List.of(
                new PortForward(
                    6, null, 8080, IpPrefix.parse("10.88.0.2/16"), 80, PortForward.Disguise.NONE)));
    Map<Owner, List<Elements>> records = new LinkedHashMap<>();
    records.put(ONE, List.of(port));
    records.put(TWO, List.of(port, masquerade("10.88.0.3/16")));
    assertThat(table.rebuild(records))
        .singleElement()
        .extracting(Throwable::getMessage)
        .asString()
        .startsWith("tcp 8080 belongs to container one")
        .contains("wanted by container two");
    assertThat(lastChange()).contains("ports/net/eth0/one", "masquerade/net/eth0/two");
  }

  @Test
  void namesThatDoNotFitACommentAreHashedAlikeEveryTime() {
    Owner odd = new Owner("n".repeat(60), "c".repeat(200), "eth\" 0");
    assertThat(odd).isEqualTo(new Owner("n".repeat(60), "c".repeat(200), "eth\" 0"));
    assertThat(odd).isNotEqualTo(new Owner("n".repeat(61), "c".repeat(200), "eth\" 0"));
    assertThat(new Owner(odd.network(), odd.containerId(), odd.ifName())).isEqualTo(odd);
    assertThat(odd.network() + odd.containerId() + odd.ifName()).hasSizeLessThan(100);
    assertThat(odd.ifName()).matches("~[0-9a-f]+");
  }

  @Test
  void aTablesNameIsAWord() {
    assertThatIllegalArgumentException().isThrownBy(() -> new PacketTable(filter, "a; b"));
  }
}
