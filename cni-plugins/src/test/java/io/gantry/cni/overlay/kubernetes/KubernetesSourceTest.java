package io.gantry.cni.overlay.kubernetes;

import static io.gantry.cni.overlay.kubernetes.FakeApiServer.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesSourceTest {

  private static final PeerSource.Self SELF =
      new PeerSource.Self("a", InetAddress.ofLiteral("192.0.2.1"), List.of());

  @TempDir Path temp;

  private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();
  private FakeApiServer server;
  private @Nullable KubernetesSource source;

  @BeforeEach
  void startServer() throws IOException {
    server = new FakeApiServer();
    server.put("a", node("a", "192.0.2.1", "10.244.1.0/24", "fd00:10:0:1::/64"));
  }

  @AfterEach
  void stop() {
    if (source != null) {
      source.close();
    }
    server.close();
  }

  private void start(KubernetesSource.Rhythm rhythm) throws IOException {
    Path token = Files.writeString(temp.resolve("token"), "secret\n");
    KubernetesSource started =
        new KubernetesSource(
            new KubernetesSettings(server.address(), null, token, null, null), rhythm);
    source = started;
    started.start(
        SELF,
        new PeerSource.Listener() {
          @Override
          public void changed(Membership membership) {
            told.add(membership);
          }

          @Override
          public void failing(String problem) {
            told.add(problem);
          }

          @Override
          public void refused(String problem) {
            told.add(problem);
          }
        });
  }

  private void start() throws IOException {
    start(KubernetesSource.Rhythm.USUAL);
  }

  private Object next() throws InterruptedException {
    Object next = told.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("something told").isNotNull();
    return next;
  }

  private List<String> others() throws InterruptedException {
    Object next = next();
    assertThat(next).isInstanceOf(Membership.class);
    return ((Membership) next).others().stream().map(Peer::name).toList();
  }

  private void awaitWatch() {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> server.openWatches() == 1);
  }

  @Test
  void nodesComeChangeAndGo() throws Exception {
    start();
    Membership alone = (Membership) next();
    assertThat(alone.own())
        .containsExactly(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("fd00:10:0:1::/64"));
    assertThat(alone.ownUntil()).isNull();
    assertThat(alone.others()).isEmpty();
    awaitWatch();
    server.put("b", node("b", "192.0.2.2", "10.244.2.0/24"));
    Membership both = (Membership) next();
    assertThat(both.others())
        .containsExactly(
            new Peer(
                "b", InetAddress.ofLiteral("192.0.2.2"), List.of(IpPrefix.parse("10.244.2.0/24"))));
    server.put("b", node("b", "192.0.2.7", "10.244.2.0/24"));
    assertThat(((Membership) next()).others().getFirst().address().getHostAddress())
        .isEqualTo("192.0.2.7");
    server.remove("b");
    assertThat(others()).isEmpty();
    assertThat(server.requests()).containsExactly("list Bearer secret", "watch Bearer secret");
  }

  @Test
  void changesOfHealthAndBrokenNodesAreNotTold() throws Exception {
    start();
    next();
    awaitWatch();
    server.put("a", node("a", "192.0.2.1", "10.244.1.0/24", "fd00:10:0:1::/64"));
    server.put("x", node("x", "192.0.2.3", "rubbish"));
    server.put("y", "{\"metadata\":{\"name\":\"y\",\"resourceVersion\":\"REVISION\"}}");
    server.bookmark();
    server.put("b", node("b", "192.0.2.2", "10.244.2.0/24"));
    assertThat(others()).containsExactly("b");
  }

  @Test
  void aListOfSeveralPagesIsReadWhole() throws Exception {
    server.put("b", node("b", "192.0.2.2", "10.244.2.0/24"));
    server.put("c", node("c", "192.0.2.3", "10.244.3.0/24"));
    server.pages(1);
    start();
    assertThat(others()).containsExactly("b", "c");
    assertThat(server.requests().stream().filter(r -> r.startsWith("list"))).hasSize(3);
  }

  @Test
  void aWatchThatEndsGoesOnWhereItWasWithoutAList() throws Exception {
    start();
    next();
    awaitWatch();
    Awaitility.await().pollDelay(Duration.ofMillis(600)).until(() -> true);
    server.endWatches();
    server.put("b", node("b", "192.0.2.2", "10.244.2.0/24"));
    assertThat(others()).containsExactly("b");
    assertThat(server.requests().stream().filter(r -> r.startsWith("list"))).hasSize(1);
  }

  @Test
  void whatTheServerForgotIsListedAnew() throws Exception {
    start();
    next();
    awaitWatch();
    server.forget();
    server.put("b", node("b", "192.0.2.2", "10.244.2.0/24"));
    List<String> others = others();
    while (others.isEmpty()) {
      others = others();
    }
    assertThat(others).containsExactly("b");
    assertThat(server.requests().stream().filter(r -> r.startsWith("list")).count())
        .isGreaterThanOrEqualTo(2);
  }

  @Test
  void aServerThatRefusesIsNamedAndAskedAgainAfterAPause() throws Exception {
    server.refuse(403);
    start();
    assertThat((String) next())
        .startsWith("cannot list nodes at " + server.address() + ": status 403")
        .contains("refused by the test");
    next();
    server.refuse(0);
    Object next = next();
    while (next instanceof String) {
      next = next();
    }
    assertThat(((Membership) next).own()).hasSize(2);
    assertThat(server.requests().size()).as("no storm").isLessThan(10);
  }

  @Test
  void aWatchThatEndsAtOnceIsNoStorm() throws Exception {
    start();
    next();
    awaitWatch();
    server.endWatches();
    assertThat((String) next()).endsWith("ends a watch of nodes as soon as it began");
    assertThat(others()).isEmpty();
  }

  @Test
  void aServerThatFellSilentIsLeftAndAllIsListedAnewFromTimeToTime() throws Exception {
    Duration short1 = Duration.ofMillis(700);
    start(new KubernetesSource.Rhythm(short1, short1, Duration.ofMillis(100)));
    next();
    awaitWatch();
    // nobody ends this watch but the source itself
    Object next = next();
    while (next instanceof String) {
      next = next();
    }
    assertThat(((Membership) next).own()).hasSize(2);
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    for (String address : List.of("192.0.2.1:6443", "ftp://x", "https:///path")) {
      assertThatIllegalArgumentException()
          .as(address)
          .isThrownBy(() ->
              new KubernetesSettings(
                  URI.create(address.replace("192.0.2.1:", "a:")), null, null, null, null));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new KubernetesSettings(URI.create("https://x:1"), null, null, Path.of("/cert"), null));
  }
}
