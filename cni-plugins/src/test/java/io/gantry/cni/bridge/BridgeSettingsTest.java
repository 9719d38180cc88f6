package io.gantry.cni.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BridgeSettingsTest {

  private static final Path FILE = Path.of("block.json");

  @Test
  void theStandardNetworkIsGantry0() {
    BridgeSettings standard = BridgeSettings.standard(FILE);
    assertThat(standard.bridge()).isEqualTo("gantry0");
    assertThat(standard.table()).isEqualTo("gantry");
    assertThat(standard.mtu()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'', gantry, 0",
    "sixteen-bytes-xx, gantry, 0",
    "a b, gantry, 0",
    "'x\";drop', gantry, 0",
    "gantry0, 'a; flush ruleset', 0",
    "gantry0, '', 0",
    "gantry0, gantry, 100",
    "gantry0, gantry, -1"
  })
  void whatWouldNotWorkIsRefused(String bridge, String table, int mtu) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BridgeSettings(bridge, table, FILE, List.of(), mtu));
  }

  @Test
  void namesOnTheNodeFollowFromThePodsId() {
    assertThat(HostInterface.of("0123456789abcdef".repeat(4))).isEqualTo("gp0123456789ab");
    assertThat(HostInterface.of("pod")).hasSize(14).isNotEqualTo(HostInterface.of("pod2"));
    assertThat(HostInterface.of("../../../../etc")).matches("gp[0-9a-f]{12}");
  }
}
