package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.InvalidException;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapabilitiesTest {

  private static final long ALL = (1L << 41) - 1;
  private static final long DEFAULT = 0xa80425fbL;

  @ParameterizedTest(name = "add {0} drop {1} gives {2}")
  @CsvSource({
    "'', '', a80425fb",
    "NET_ADMIN, '', a80435fb",
    "cap_net_admin, '', a80435fb",
    "'', CHOWN, a80425fa",
    "'', ALL, 0",
    "NET_BIND_SERVICE, ALL, 400",
    "ALL, '', 1ffffffffff",
    "ALL, SYS_ADMIN, 1ffffdfffff",
    "ALL, ALL, 0",
    "NET_RAW, NET_RAW, a80405fb",
  })
  void addsAndDropsAreAppliedToTheDefaultOnes(String add, String drop, String mask) {
    assertThat(Capabilities.granted(request(add, drop).security(), ALL))
        .isEqualTo(Long.parseLong(mask, 16));
  }

  @Test
  void nothingIsGrantedThatTheDaemonLacks() {
    long withoutResource = ALL & ~Capability.SYS_RESOURCE.bit();
    assertThat(Capabilities.granted(request("ALL", "").security(), withoutResource))
        .isEqualTo(withoutResource);
    assertThat(Capabilities.granted(request("SYS_RESOURCE", "").security(), withoutResource))
        .isEqualTo(DEFAULT);
  }

  @ParameterizedTest(name = "ambient {0} drop {1}: {2} of {3}")
  @CsvSource({
    "NET_ADMIN, '', 1000, a80435fb",
    "NET_RAW, '', 2000, a80425fb",
    "NET_ADMIN, NET_ADMIN, 0, a80425fb",
    "NET_ADMIN, ALL, 1000, 1000",
    "ALL, '', a80425fb, a80425fb",
  })
  void whatIsAmbientIsGrantedTooUnlessItIsDropped(
      String ambient, String drop, String mask, String granted) {
    Requests request = request("", drop);
    request.ambient = Set.of(ambient);
    long all = Capabilities.granted(request.security(), ALL);
    assertThat(all).isEqualTo(Long.parseLong(granted, 16));
    assertThat(Capabilities.ambient(request.security(), all)).isEqualTo(Long.parseLong(mask, 16));
  }

  @Test
  void privilegedIsEverythingTheDaemonHas() {
    Requests request = request("", "ALL");
    request.privileged = true;
    assertThat(Capabilities.granted(request.security(), ALL)).isEqualTo(ALL);
  }

  @Test
  void anUnknownNameIsRefusedByName() {
    assertThatThrownBy(() -> Capabilities.granted(request("FLY", "").security(), ALL))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("FLY");
    assertThatThrownBy(() -> Capabilities.granted(request("", "SWIM").security(), ALL))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("SWIM");
  }

  @Test
  void namesHaveThePrefixOfTheOciSpecification() {
    assertThat(Capability.ociNames(Capability.KILL.bit() | Capability.CHECKPOINT_RESTORE.bit()))
        .containsExactly("CAP_KILL", "CAP_CHECKPOINT_RESTORE");
  }

  @Test
  void theBoundingSetIsReadFromProc() throws IOException {
    assertThat(Capabilities.bounding("Name:\tx\nCapBnd:\t000001fffeffffff\nCapAmb:\t0\n"))
        .isEqualTo(0x1fffeffffffL);
    assertThatThrownBy(() -> Capabilities.bounding("Name:\tx\n")).isInstanceOf(IOException.class);
  }

  private static Requests request(String add, String drop) {
    Requests request = new Requests();
    request.added = add.isEmpty() ? Set.of() : Set.of(add);
    request.dropped = drop.isEmpty() ? Set.of() : Set.of(drop);
    return request;
  }
}
