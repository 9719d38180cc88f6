package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {

  @Test
  void whatIsPrintedIsRead() {
    MacAddress mac = new MacAddress(0x02_47_0a_58_00_02L);
    assertThat(MacAddress.parse(mac.toString())).isEqualTo(mac);
    assertThat(MacAddress.parse("02:47:0A:58:00:02")).isEqualTo(mac);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "02", "02:47:0a:58:00", "02:47:0a:58:00:02:03", "02-47-0a-58-00-02"})
  void anythingElseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse(text));
  }
}
