package io.gantry.cni.overlay.file;

import static io.gantry.cni.overlay.OverlayHosts.pings;
import static io.gantry.cni.overlay.OverlayHosts.reaches;
import static io.gantry.cni.overlay.OverlayHosts.stream;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.overlay.Examples;
import io.gantry.cni.overlay.Overlay;
import io.gantry.cni.overlay.OverlayHosts;
import io.gantry.cni.overlay.OverlaySettings;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts are namespaces that know each other from one file. */
class FileOverlayIT {

  private static final int MTU = 1450;
  private static final long STREAMED = 64L << 20;

  @TempDir Path temp;

  private final List<Overlay> overlays = new ArrayList<>();
  private OverlayHosts hosts;
  private TestNamespace one;
  private TestNamespace two;
  private Path file;

  @BeforeEach
  void startHosts() throws IOException {
    file = temp.resolve("nodes.json");
    hosts = new OverlayHosts();
    one = hosts.host(1);
    two = hosts.host(2);
  }

  @AfterEach
  void stopHosts() {
    overlays.forEach(Overlay::close);
    hosts.close();
  }

  private static List<IpPrefix> blocks(int host) {
    return List.of(
        IpPrefix.parse("10.244." + host + ".0/24"), IpPrefix.parse("fd00:10:0:" + host + "::/64"));
  }

  private static String entry(int host, String address) {
    return """
    {"name": "host%1$d", "address": "%2$s",
     "blocks": ["10.244.%1$d.0/24", "fd00:10:0:%1$d::/64"]}\
    """
        .formatted(host, address);
  }

  private static String entry(int host) {
    return entry(host, "192.0.2." + host);
  }

  private void write(String... entries) throws IOException {
    Path fresh = temp.resolve("fresh");
    Files.writeString(fresh, "{\"nodes\": [" + String.join(",\n", entries) + "]}");
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Overlay join(int number, TestNamespace host) {
    return join(number, host, null);
  }

  private Overlay join(int number, TestNamespace host, @Nullable InetAddress address) {
    OverlaySettings plain =
        Examples.settings("host" + number, temp.resolve("node" + number + ".json"));
    OverlaySettings settings =
        new OverlaySettings(
            plain.nodeName(),
            plain.networks(),
            plain.device(),
            plain.vni(),
            plain.port(),
            new OverlaySettings.UnderlayChoice(address, "eth0", 0),
            plain.nodeFile());
    Overlay overlay = Overlay.start(settings, host.inside(), () -> new FileSource(file));
    overlays.add(overlay);
    return overlay;
  }

  private static void awaitPeers(Overlay overlay, int peers) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          assertThat(overlay.status().problem()).isEmpty();
          assertThat(overlay.status().peers()).hasSize(peers);
        });
  }

  private static InetAddress podAddress(int host, int version) {
    return blocks(host).get(version == 4 ? 0 : 1).at(5);
  }

  @Test
  void podsOfTwoHostsPingAndStreamOverBothVersions() throws IOException {
    write(entry(1), entry(2));
    awaitPeers(join(1, one), 1);
    awaitPeers(join(2, two), 1);
    TestNamespace podOne = hosts.pod(one, "pod1", blocks(1), MTU);
    TestNamespace podTwo = hosts.pod(two, "pod2", blocks(2), MTU);

    assertThat(reaches(podOne, podAddress(2, 4))).isTrue();
    assertThat(reaches(podTwo, podAddress(1, 4))).isTrue();
    assertThat(reaches(podOne, podAddress(2, 6))).isTrue();
    assertThat(reaches(one, podAddress(2, 4))).as("from the host itself").isTrue();
    assertThat(reaches(two, podAddress(1, 6))).as("from the host itself").isTrue();
    assertThat(stream(podOne, podTwo, podAddress(2, 4), STREAMED)).isEqualTo(STREAMED);
    assertThat(stream(podTwo, podOne, podAddress(1, 4), STREAMED)).isEqualTo(STREAMED);
  }

  @Test
  void theHostsCanBeJoinedByVersionSix() throws IOException {
    write(entry(1, "2001:db8::1"), entry(2, "2001:db8::2"));
    awaitPeers(join(1, one, InetAddress.ofLiteral("2001:db8::1")), 1);
    awaitPeers(join(2, two, InetAddress.ofLiteral("2001:db8::2")), 1);
    TestNamespace podOne = hosts.pod(one, "pod1", blocks(1), 1430);
    TestNamespace podTwo = hosts.pod(two, "pod2", blocks(2), 1430);
    assertThat(reaches(podOne, podAddress(2, 4))).isTrue();
    assertThat(reaches(podTwo, podAddress(1, 6))).isTrue();
    assertThat(stream(podOne, podTwo, podAddress(2, 4), STREAMED)).isEqualTo(STREAMED);
    assertThat(one.inside().<Link>use(stack -> stack.links().find("gtest.vx").orElseThrow()).mtu())
        .isEqualTo(1430);
  }

  @Test
  void aThirdHostComesAndGoes() throws IOException {
    write(entry(1), entry(2));
    Overlay first = join(1, one);
    awaitPeers(first, 1);
    write(entry(1), entry(2), entry(3));
    awaitPeers(first, 2);
    TestNamespace three = hosts.host(3);
    awaitPeers(join(3, three), 2);
    TestNamespace podOne = hosts.pod(one, "pod1", blocks(1), MTU);
    TestNamespace podThree = hosts.pod(three, "pod3", blocks(3), MTU);
    assertThat(reaches(podOne, podAddress(3, 4))).isTrue();
    assertThat(reaches(podThree, podAddress(1, 6))).isTrue();

    write(entry(1), entry(2));
    awaitPeers(first, 1);
    assertThat(one.inside().<List<Route>>use(stack -> stack.routes().list()))
        .extracting(Route::destination)
        .contains(blocks(2).getFirst())
        .doesNotContain(blocks(3).getFirst());
  }

  @Test
  void aHostThatIsCutOffAndBackIsReachedAgain() throws IOException {
    write(entry(1), entry(2));
    awaitPeers(join(1, one), 1);
    awaitPeers(join(2, two), 1);
    TestNamespace podOne = hosts.pod(one, "pod1", blocks(1), MTU);
    hosts.pod(two, "pod2", blocks(2), MTU);
    assertThat(reaches(podOne, podAddress(2, 4))).isTrue();
    hosts.cutOff(2);
    assertThat(pings(podOne, podAddress(2, 4))).isFalse();
    hosts.putBack(2);
    Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> pings(podOne, podAddress(2, 4)));
  }

  @Test
  void podsGoOnTalkingWhileTheDaemonIsReplacedAndADeviceThatWasRemovedComesBack()
      throws IOException {
    write(entry(1), entry(2));
    Overlay before = join(1, one);
    awaitPeers(before, 1);
    awaitPeers(join(2, two), 1);
    TestNamespace podOne = hosts.pod(one, "pod1", blocks(1), MTU);
    hosts.pod(two, "pod2", blocks(2), MTU);
    assertThat(reaches(podOne, podAddress(2, 4))).isTrue();
    before.close();
    assertThat(pings(podOne, podAddress(2, 4))).isTrue();
    int device = index(one);
    Overlay after = join(1, one);
    awaitPeers(after, 1);
    assertThat(index(one)).isEqualTo(device);
    after.close();

    one.inside()
        .use(stack -> {
          stack.links().delete(device);
          return null;
        });
    awaitPeers(join(1, one), 1);
    assertThat(reaches(podOne, podAddress(2, 4))).isTrue();
  }

  private static int index(TestNamespace host) throws IOException {
    return host.inside()
        .<Integer>use(stack -> stack.links().find("gtest.vx").orElseThrow().index());
  }
}
