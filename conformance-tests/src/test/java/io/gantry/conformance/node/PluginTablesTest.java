package io.gantry.conformance.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PluginTablesTest {

  private static final String SHARED =
      """
      chain CNI-HOSTPORT-SETMARK { # handle 11
        counter meta mark set mark or 0x2000 # handle 12
      }
      chain PREROUTING { # handle 13
        type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local counter jump CNI-HOSTPORT-DNAT # handle 14
      }
      """;

  private static final String UNUSED = SHARED + "chain CNI-HOSTPORT-DNAT { # handle 15\n}\n";

  private static NftTable table(String content) {
    return NftTable.parse("ip nat", "table ip nat { # handle 1\n" + content + "}\n");
  }

  @Test
  void aNewTableWithOnlyWhatAllPodsShareGoes() {
    assertThat(PluginTables.removal(table(UNUSED))).containsExactly("delete table ip nat");
  }

  @Test
  void anOldTableLosesOnlyWhatIsNew() {
    NftTable table =
        table(
            """
            chain DOCKER { # handle 2
              iifname "docker0" counter return # handle 3
            }
            chain OUTPUT { # handle 4
              type nat hook output priority -100; policy accept;
              ip daddr != 127.0.0.0/8 fib daddr type local counter jump DOCKER # handle 5
              fib daddr type local counter jump CNI-HOSTPORT-DNAT # handle 16
            }
            """
                + UNUSED);

    assertThat(PluginTables.removal(table, Set.of(2L, 3L, 4L, 5L)))
        .containsExactly(
            "delete rule ip nat OUTPUT handle 16",
            "flush chain ip nat CNI-HOSTPORT-SETMARK",
            "delete rule ip nat PREROUTING handle 14",
            "flush chain ip nat CNI-HOSTPORT-DNAT",
            "delete chain ip nat CNI-HOSTPORT-SETMARK",
            "delete chain ip nat PREROUTING",
            "delete chain ip nat CNI-HOSTPORT-DNAT");
  }

  @Test
  void anotherUsersSharedChainsStay() {
    NftTable table = table(UNUSED);
    assertThat(PluginTables.removal(table, table.handles())).isEmpty();
  }

  @Test
  void theForwardedPortOfAPodBelongsToSomebody() {
    String forwarding =
        """
        chain CNI-HOSTPORT-DNAT { # handle 15
          meta l4proto tcp tcp dport 80 jump CNI-DN-125345f4 # handle 16
        }
        """;
    assertThat(PluginTables.removal(table(SHARED + forwarding))).isEmpty();
  }

  @Test
  void theAddressOfAPodBelongsToSomebody() {
    String masquerading =
        """
        chain POSTROUTING { # handle 2
          type nat hook postrouting priority srcnat; policy accept;
          ip saddr 10.0.0.2 counter jump CNI-aef8ab # handle 3
        }
        """;
    assertThat(PluginTables.removal(table(masquerading))).isEmpty();
  }

  @Test
  void aChainOfAnotherProgramBelongsToSomebody() {
    assertThat(PluginTables.removal(table("chain KUBE-SERVICES { # handle 2\n}\n"))).isEmpty();
    String closed =
        "chain INPUT { # handle 2\ntype filter hook input priority filter; policy drop;\n}\n";
    assertThat(PluginTables.removal(table(closed))).isEmpty();
  }

  @Test
  void aSetKeepsItsTable() {
    String set = "set lan { # handle 2\ntype ipv4_addr\nelements = { 10.0.0.1,\n10.0.0.2 }\n}\n";
    assertThat(PluginTables.removal(table(UNUSED + set)))
        .doesNotContain("delete table ip nat")
        .contains("delete chain ip nat CNI-HOSTPORT-DNAT");
  }

  @Test
  void aRuleOverSeveralLinesIsOne() {
    String rule = "ip saddr { 10.0.0.1,\n10.0.0.2 } counter jump CNI-HOSTPORT-DNAT # handle 3\n";
    NftTable table = table("chain mine { # handle 2\n" + rule + "return # handle 4\n}\n");
    assertThat(table.chains().getFirst().rules())
        .extracting(NftTable.Rule::handle)
        .isEqualTo(List.of(3L, 4L));
    assertThat(table.handles()).containsExactlyInAnyOrder(2L, 3L, 4L);
  }
}
