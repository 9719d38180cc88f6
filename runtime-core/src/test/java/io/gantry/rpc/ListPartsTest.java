package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.PodSandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ListPartsTest {

  private static PodSandbox row(int length) {
    return PodSandbox.newBuilder().setId("x".repeat(length)).build();
  }

  private static List<Integer> sizes(List<PodSandbox> rows) {
    List<Integer> sizes = new ArrayList<>();
    new ListParts<>(rows).forEachRemaining(part -> sizes.add(part.size()));
    return sizes;
  }

  @Test
  void anEmptyListHasNoPart() {
    assertThat(sizes(List.of())).isEmpty();
  }

  @Test
  void shortRowsShareAPart() {
    assertThat(sizes(Stream.generate(() -> row(200)).limit(3000).toList())).containsExactly(3000);
  }

  @Test
  void aRowLongerThanAPartStandsAlone() {
    PodSandbox giant = row(ListParts.MOST_BYTES + 1);
    assertThat(sizes(List.of(row(1), giant, row(1), row(1)))).containsExactly(1, 1, 2);
  }

  @Test
  void noPartIsLongerThanItMayBe() {
    int third = ListParts.MOST_BYTES / 3 + 1;
    assertThat(sizes(List.of(row(third), row(third), row(third)))).containsExactly(2, 1);
  }

  @Test
  void whoHangsUpGetsNoMore() {
    ListParts<PodSandbox> parts = new ListParts<>(List.of(row(1)));
    parts.finish();
    assertThat(parts.hasNext()).isFalse();
  }
}
