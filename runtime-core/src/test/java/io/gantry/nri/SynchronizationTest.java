package io.gantry.nri;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.nri.v1alpha1.Container;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.SynchronizeRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SynchronizationTest {

  private static final String LONG = "x".repeat(100_000);

  private static List<PodSandbox> pods(int number) {
    return IntStream.range(0, number)
        .mapToObj(i -> PodSandbox.newBuilder().setId("p" + i).setName(LONG).build())
        .toList();
  }

  private static List<Container> containers(int number) {
    return IntStream.range(0, number)
        .mapToObj(i -> Container.newBuilder().setId("c" + i).setName(LONG).build())
        .toList();
  }

  @Test
  void whatFitsIsOnePartEvenIfItIsNothing() {
    assertThat(Synchronization.parts(List.of(), List.of()))
        .containsExactly(SynchronizeRequest.getDefaultInstance());
    assertThat(Synchronization.parts(pods(10), containers(10)))
        .singleElement()
        .satisfies(part -> assertThat(part.getMore()).isFalse());
  }

  @Test
  void muchComesInPartsThatFitIntoMessagesAndNothingIsLost() {
    List<PodSandbox> pods = pods(50);
    List<Container> containers = containers(60);

    List<SynchronizeRequest> parts = Synchronization.parts(pods, containers);

    assertThat(parts).hasSize(4);
    assertThat(parts)
        .allSatisfy(part ->
            assertThat(part.getSerializedSize()).isLessThan(Synchronization.LARGEST_PART + 4096));
    assertThat(parts)
        .extracting(SynchronizeRequest::getMore)
        .containsExactly(true, true, true, false);
    assertThat(parts.stream().flatMap(part -> part.getPodsList().stream()).toList())
        .isEqualTo(pods);
    assertThat(parts.stream().flatMap(part -> part.getContainersList().stream()).toList())
        .isEqualTo(containers);
  }
}
