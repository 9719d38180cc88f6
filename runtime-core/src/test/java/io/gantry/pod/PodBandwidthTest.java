package io.gantry.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.PodRequest;
import io.gantry.error.InvalidException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodBandwidthTest {

  @ParameterizedTest
  @CsvSource({"1k,1000", "10M,10000000", "1.5G,1500000000", "2Mi,2097152", "1000000,1000000"})
  void quantitiesAreBitsPerSecond(String text, long bits) {
    PodRequest.Bandwidth bandwidth =
        Objects.requireNonNull(PodBandwidth.of(Map.of("kubernetes.io/egress-bandwidth", text)));
    assertThat(bandwidth.egressRate()).isEqualTo(bits);
    assertThat(bandwidth.egressBurst()).isPositive();
    assertThat(bandwidth.ingressRate()).isZero();
  }

  @Test
  void aPodThatAsksForNoLimitHasNone() {
    assertThat(PodBandwidth.of(Map.of("other", "10M"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "10 M", "-1M", "999", "2P", "1e6"})
  void whatIsNoSuchQuantityIsNamed(String text) {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> PodBandwidth.of(Map.of("kubernetes.io/ingress-bandwidth", text)))
        .satisfies(e -> assertThat(e.advice()).contains(text, "from 1k to 1P"));
  }
}
