package io.gantry.cni.overlay.etcd;

import static io.gantry.cni.overlay.etcd.EtcdExamples.self;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.overlay.etcd.EtcdExamples.Told;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EtcdSourceTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final String OTHER = "{\"address\":\"192.0.2.2\",\"blocks\":[\"10.244.2.0/24\"]}";

  private final FakeStore store = new FakeStore();
  private final Told told = new Told();
  private final EtcdSource source =
      new EtcdSource(
          EtcdExamples.settings("http://127.0.0.1:1", "10.244.0.0/16"),
          () -> store,
          Clock.fixed(NOW, ZoneOffset.UTC));

  @AfterEach
  void close() {
    source.close();
  }

  @Test
  void aNodeTellsItselfAndHearsOfOthersThatComeAndGo() throws Exception {
    source.start(self("a", 1), told);
    Membership alone = told.membership();
    assertThat(alone.own()).hasSize(1);
    assertThat(alone.ownUntil()).isEqualTo(Instant.parse("2026-03-01T11:00:00Z"));
    assertThat(alone.others()).isEmpty();
    Peer self = NodeRecord.read("a", store.get("/t/nodes/a").orElseThrow().text());
    assertThat(self.blocks()).isEqualTo(alone.own());

    store.set("/t/nodes/b", OTHER, 77);
    assertThat(told.membership().others()).containsExactly(NodeRecord.read("b", OTHER));
    store.set("/t/nodes/c", "rubbish", 78);
    assertThat(told.membership().others()).hasSize(1);
    store.expire(77);
    assertThat(told.membership().others()).isEmpty();
  }

  @Test
  void afterABreakAllIsReadAnewAndTheBlockIsTheSame() throws Exception {
    source.start(self("a", 1), told);
    Membership before = told.membership();
    store.answering(false);
    assertThat((String) told.next()).contains("broken by the test");
    assertThat(told.next()).isEqualTo("failing: nobody answers");
    store.set("/t/nodes/b", OTHER, 77);
    store.answering(true);
    Membership after = told.membership();
    assertThat(after.own()).isEqualTo(before.own());
    assertThat(after.others()).hasSize(1);
  }

  @Test
  void aNodeWhoseLeaseEndedIsToldAnew() throws Exception {
    source.start(self("a", 1), told);
    Membership before = told.membership();
    store.expire(store.leaseOf("/t/nodes/a"));
    assertThat(told.next()).isEqualTo("failing: somebody removed this node from etcd");
    assertThat(told.membership().own()).isEqualTo(before.own());
    assertThat(store.get("/t/nodes/a")).isPresent();
  }

  @Test
  void aBlockThatIsAnothersIsRefusedUntilItIsFree() throws Exception {
    store.set("/t/blocks/10.244.7.0-24", "z", 55);
    source.start(self("a", 1, "10.244.7.0/24"), told);
    assertThat((String) told.next()).startsWith("refused: block 10.244.7.0/24 of this node went");
    store.expire(55);
    assertThat(told.membership().own()).hasToString("[10.244.7.0/24]");
  }
}
