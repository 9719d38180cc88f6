package io.gantry.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.PodRequest;
import io.gantry.error.InvalidException;
import io.gantry.linux.netlink.IpPrefix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodWishesTest {

  @Test
  void wishesAreListsWithCommas() {
    assertThat(
            PodWishes.of(
                Map.of(
                    "gantry.io/ips", "10.1.2.3, 10.1.3.4/24",
                    "gantry.io/mac", "02:00:00:00:00:77",
                    "gantry.io/ip-ranges", "10.9.0.0/24",
                    "gantry.io/aliases", "db,db.example")))
        .isEqualTo(
            new PodRequest.Wishes(
                List.of("10.1.2.3", "10.1.3.4/24"),
                "02:00:00:00:00:77",
                List.of(IpPrefix.parse("10.9.0.0/24")),
                List.of("db", "db.example")));
  }

  @Test
  void aPodThatAsksForNothingHasNoWishes() {
    assertThat(PodWishes.of(Map.of("other", "10.1.2.3"))).isSameAs(PodRequest.Wishes.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "ips,10.1.2,addresses such as",
    "ips,'10.1.2.3,',addresses such as",
    "mac,02:00,one link address",
    "mac,'02:00:00:00:00:77,02:00:00:00:00:78',one link address",
    "ip-ranges,10.1.2.3-9,blocks such as",
    "aliases,a b,host names"
  })
  void whatIsNoneIsNamed(String annotation, String text, String wanted) {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> PodWishes.of(Map.of("gantry.io/" + annotation, text)))
        .satisfies(e -> assertThat(e.advice()).contains("gantry.io/" + annotation, text, wanted));
  }
}
