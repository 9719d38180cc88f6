package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {

  @ParameterizedTest
  @CsvSource({
    "10.88.0.0/16, 10.88.255.255/32, true",
    "10.88.0.0/16, 10.0.0.0/8, true",
    "10.88.0.0/16, 10.89.0.0/16, false",
    "10.88.3.4/16, 10.88.200.1/24, true",
    "0.0.0.0/0, 192.168.1.0/24, true",
    "0.0.0.0/0, fd00::/8, false",
    "fd00:1::/64, fd00:1::5/128, true",
    "fd00:1::/64, fd00:2::/64, false",
  })
  void blocksOverlapWhenTheyShareAnAddress(String one, String other, boolean expected) {
    IpPrefix first = IpPrefix.parse(one);
    IpPrefix second = IpPrefix.parse(other);
    assertThat(first.overlaps(second)).isEqualTo(expected);
    assertThat(second.overlaps(first)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.88.0.0", "10.88.0.0/33", "10.88.0.0/-1", "10.88.0.0/x", "host/8", "::/129"})
  void whatIsNoBlockIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "10.88.0.1, 10.88.0.1",
    "::, ::",
    "::1, ::1",
    "fd00::, fd00::",
    "fd00:0:0:0:0:0:0:3, fd00::3",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "FD00:00AB::1, fd00:ab::1",
    "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6",
    "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
  })
  void addressesAreWrittenAsEverybodyElseDoes(String text, String expected) {
    assertThat(IpPrefix.text(InetAddress.ofLiteral(text))).isEqualTo(expected);
    assertThat(InetAddress.ofLiteral(expected)).isEqualTo(InetAddress.ofLiteral(text));
  }

  @Test
  void offsetsCarryAsNumbersDo() {
    long seed = 20260101;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 500; i++) {
      byte[] raw = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(raw);
      int length = random.nextInt(raw.length * Byte.SIZE - 24);
      IpPrefix block = new IpPrefix(IpPrefix.addressOf(raw), length).network();
      long offset = random.nextInt(1 << 24);
      BigInteger expected =
          new BigInteger(1, block.address().getAddress()).add(BigInteger.valueOf(offset));
      InetAddress found = block.at(offset);
      assertThat(new BigInteger(1, found.getAddress())).as("seed %d", seed).isEqualTo(expected);
      assertThat(block.contains(found)).as("seed %d", seed).isTrue();
    }
  }

  @Test
  void theMappedBlockStaysVersionSix() {
    byte[] raw = new byte[16];
    raw[10] = raw[11] = (byte) 0xFF;
    assertThat(IpPrefix.addressOf(raw)).isInstanceOf(Inet6Address.class);
    assertThat(new IpPrefix(IpPrefix.addressOf(raw), 96).isVersion4()).isFalse();
  }

  @Test
  void linkAddressesAreReadWrittenAndDerived() {
    MacAddress mac = MacAddress.derivedFrom(InetAddress.ofLiteral("10.88.0.2"));
    assertThat(mac).hasToString("02:47:0a:58:00:02");
    assertThat(MacAddress.of(mac.bytes())).isEqualTo(mac);
    assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.of(new byte[4]));
    assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(-1));
  }
}
