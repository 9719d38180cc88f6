package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which registries are spoken to without TLS. */
class RegistryEndpointsTest {

  @Test
  void onlyWhatTheConfigurationNamesIsPlain() throws ImageException {
    RegistryEndpoints endpoints = new RegistryEndpoints(List.of("reg.example:5000"));

    assertThat(endpoints.of("reg.example:5000"))
        .extracting(Endpoint::root)
        .hasToString("[http://reg.example:5000/v2]");
    assertThat(endpoints.of("reg.example"))
        .extracting(Endpoint::root)
        .hasToString("[https://reg.example/v2]");
  }
}
