package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuWeightTest {

  @ParameterizedTest
  @CsvSource({
    "0,1",
    "2,1",
    "3,2",
    "102,17",
    "512,59",
    "1024,100",
    "2048,174",
    "262144,10000",
    "999999,10000"
  })
  void sharesFollowTheCurveOfOtherRuntimes(long shares, long weight) {
    assertThat(CpuWeight.ofShares(shares)).isEqualTo(weight);
  }
}
