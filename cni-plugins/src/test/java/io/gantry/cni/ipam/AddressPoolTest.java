package io.gantry.cni.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.cni.AddressesExhaustedException;
import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class AddressPoolTest {

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  private static AddressPool pool(String block) {
    return new AddressPool(IpPrefix.parse(block));
  }

  @Test
  void theFirstAddressIsTheGatewaysAndTheLastIsNobodys() throws Exception {
    AddressPool pool = pool("10.1.2.0/29");
    assertThat(pool.gateway()).isEqualTo(address("10.1.2.1"));
    assertThat(pool.capacity()).isEqualTo(5);
    Set<InetAddress> given = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      given.add(pool.take("pod" + i));
    }
    assertThat(given)
        .containsExactlyInAnyOrder(
            address("10.1.2.2"),
            address("10.1.2.3"),
            address("10.1.2.4"),
            address("10.1.2.5"),
            address("10.1.2.6"));
    assertThatExceptionOfType(AddressesExhaustedException.class)
        .isThrownBy(() -> pool.take("one more"))
        .withMessage("no address left in 10.1.2.0/29: 5 in use");
  }

  @Test
  void aHolderKeepsItsAddress() throws Exception {
    AddressPool pool = pool("10.1.2.0/24");
    InetAddress first = pool.take("pod");
    assertThat(pool.take("pod")).isEqualTo(first);
    assertThat(pool.inUse()).isEqualTo(1);
    assertThat(pool.holders()).containsExactly(Map.entry("pod", first));
    pool.release("pod");
    pool.release("pod");
    assertThat(pool.inUse()).isZero();
  }

  @Test
  void aReleasedAddressComesBackOnlyAfterAllOthers() throws Exception {
    AddressPool pool = pool("10.1.2.0/29");
    InetAddress first = pool.take("a");
    pool.release("a");
    for (String holder : new String[] {"b", "c", "d", "e"}) {
      assertThat(pool.take(holder)).isNotEqualTo(first);
    }
    assertThat(pool.take("f")).isEqualTo(first);
  }

  @Test
  void whatRecordsSayIsClaimedUnlessItCannotBe() throws Exception {
    AddressPool pool = pool("10.1.2.0/24");
    assertThat(pool.claim("a", address("10.1.2.9"))).isTrue();
    assertThat(pool.claim("a", address("10.1.2.9"))).isTrue();
    assertThat(pool.claim("a", address("10.1.2.10"))).isFalse();
    assertThat(pool.claim("b", address("10.1.2.9"))).as("taken").isFalse();
    assertThat(pool.claim("b", address("10.1.2.1"))).as("gateway").isFalse();
    assertThat(pool.claim("b", address("10.1.2.0"))).as("network").isFalse();
    assertThat(pool.claim("b", address("10.1.2.255"))).as("broadcast").isFalse();
    assertThat(pool.claim("b", address("10.1.3.9"))).as("elsewhere").isFalse();
    assertThat(pool.claim("b", address("fd00::9"))).as("other version").isFalse();
    assertThat(pool.take("a")).isEqualTo(address("10.1.2.9"));
    assertThat(pool.take("b")).isEqualTo(address("10.1.2.10"));
  }

  @Test
  void versionSixBlocksHaveAsManyAsAnyNodeNeeds() throws Exception {
    AddressPool pool = pool("fd00:88::/64");
    assertThat(pool.gateway()).isEqualTo(address("fd00:88::1"));
    assertThat(pool.take("a")).isEqualTo(address("fd00:88::2"));
    assertThat(pool.claim("b", address("fd00:88::f:fffe"))).isTrue();
    assertThat(pool.claim("c", address("fd00:88::1:0:0:9"))).isFalse();
    assertThat(pool.capacity()).isGreaterThan(100_000);
  }

  @Test
  void aBlockWithoutRoomForPodsIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> pool("10.1.2.0/31"));
    assertThat(pool("10.1.2.0/30").capacity()).isEqualTo(1);
    assertThat(pool("0.0.0.0/0").capacity()).isGreaterThan(100_000);
  }

  @Test
  void noTwoHoldersEverShareAnAddress() throws Exception {
    long seed = 7;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    AddressPool pool = pool("10.1.2.0/27");
    Map<String, InetAddress> model = new HashMap<>();
    for (int i = 0; i < 5000; i++) {
      String holder = "pod" + random.nextInt(40);
      if (random.nextInt(5) < 2) {
        pool.release(holder);
        model.remove(holder);
      } else if (model.containsKey(holder) || model.size() < pool.capacity()) {
        model.put(holder, pool.take(holder));
      }
      assertThat(pool.holders()).as("seed %d step %d", seed, i).isEqualTo(model);
      assertThat(new HashSet<>(model.values()))
          .as("seed %d step %d", seed, i)
          .hasSize(model.size());
    }
  }
}
