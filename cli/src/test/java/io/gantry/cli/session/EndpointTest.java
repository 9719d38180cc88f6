package io.gantry.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EndpointTest {
  @Test
  void addressMayBeWrittenInThreeWays() {
    for (var address : new String[] {"unix:///run/x.sock", "unix:/run/x.sock", "/run/x.sock"}) {
      assertThat(Endpoint.parse(address)).hasToString("unix:///run/x.sock");
    }
    assertThatThrownBy(() -> Endpoint.parse("x.sock")).isInstanceOf(CliException.class);
    assertThatThrownBy(() -> Endpoint.parse("https://x")).isInstanceOf(CliException.class);
  }

  @Test
  void optionWinsOverEnvironmentAndOwnVariableOverTheCommonOne() {
    var both = Map.of("GANTRY_HOST", "/own", "CONTAINER_RUNTIME_ENDPOINT", "/common");
    assertThat(Endpoint.choose("/given", both)).hasToString("unix:///given");
    assertThat(Endpoint.choose(null, both)).hasToString("unix:///own");
    assertThat(Endpoint.choose(null, Map.of("CONTAINER_RUNTIME_ENDPOINT", "/common")))
        .hasToString("unix:///common");
    assertThat(Endpoint.choose(null, Map.of("GANTRY_HOST", ""))).isEqualTo(Endpoint.DEFAULT);
  }
}
