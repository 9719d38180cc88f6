package io.gantry.conformance.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PluginTablesTest {

  private static final String SHARED =
      """
      chain CNI-HOSTPORT-SETMARK {
         counter packets 0 bytes 0 meta mark set mark or 0x2000
      }
      chain PREROUTING {
        type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local counter packets 0 bytes 0 jump CNI-HOSTPORT-DNAT
      }
      """;

  @Test
  void chainsThatAllPodsShareBelongToNobody() {
    assertThat(PluginTables.isUnused(table(SHARED + "chain CNI-HOSTPORT-DNAT {\n}\n"))).isTrue();
  }

  @Test
  void theForwardedPortOfAPodBelongsToSomebody() {
    String forwarding =
        "chain CNI-HOSTPORT-DNAT {\nmeta l4proto tcp tcp dport 80 jump CNI-DN-125345f4\n}\n";
    assertThat(PluginTables.isUnused(table(SHARED + forwarding))).isFalse();
  }

  @Test
  void theAddressOfAPodBelongsToSomebody() {
    String masquerading = "chain POSTROUTING {\nip saddr 10.0.0.2 counter jump CNI-aef8ab\n}\n";
    assertThat(PluginTables.isUnused(table(masquerading))).isFalse();
  }

  @Test
  void aChainOfAnotherProgramBelongsToSomebody() {
    assertThat(PluginTables.isUnused(table("chain KUBE-SERVICES {\n}\n"))).isFalse();
  }

  private static String table(String chains) {
    return "table ip nat {\n" + chains + "}\n";
  }
}
