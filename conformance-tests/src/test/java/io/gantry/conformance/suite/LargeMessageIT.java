package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListContainersResponse;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages up to 16 MiB pass, which is what kubelet takes and sends; what is longer is refused. */
class LargeMessageIT {

  private static final int MEBIBYTE = 1 << 20;
  private static final int LARGEST = 16 * MEBIBYTE;

  /** As much as kubelet lets the annotations of a pod have. */
  private static final String LONG_NOTE = "n".repeat(256 << 10);

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static PodSandboxConfig withNote(int length) throws Exception {
    return runtime.draft("noted").putAnnotations("note", "x".repeat(length)).build();
  }

  @Test
  void aRequestOfAlmostSixteenMebibytesIsTaken() throws Exception {
    PodSandboxConfig config = withNote(LARGEST - 4096);
    TestPod pod = TestPod.run(runtime.client(), config);
    try {
      assertThat(pod.status().getAnnotationsOrThrow("note")).hasSize(LARGEST - 4096);
      assertThat(pod.status().getAnnotationsMap()).isEqualTo(config.getAnnotationsMap());
    } finally {
      pod.remove();
    }
  }

  @Test
  void aLongerRequestIsRefusedAndTheNextOneIsNot() throws Exception {
    PodSandboxConfig config = withNote(LARGEST);
    assertThat(refusal(Status.Code.RESOURCE_EXHAUSTED, () -> TestPod.run(runtime.client(), config)))
        .contains(Integer.toString(LARGEST));
    assertThat(runtime.pod("next").id()).isNotEmpty();
  }

  private static ListContainersResponse list(TestPod pod) {
    ContainerFilter filter = ContainerFilter.newBuilder().setPodSandboxId(pod.id()).build();
    return runtime
        .client()
        .runtime()
        .listContainers(ListContainersRequest.newBuilder().setFilter(filter).build());
  }

  private static List<TestContainer> noted(TestPod pod, int count, int from) throws Exception {
    return Crowd.of(4)
        .ask(
            count,
            i ->
                pod.create(
                    Drafts.script("noted-" + (from + i), runtime.image(), "true")
                        .putAnnotations("note", LONG_NOTE)));
  }

  @Test
  void aListOfAlmostSixteenMebibytesIsToldAndALongerOneIsRefused() throws Exception {
    TestPod pod = runtime.pod("crowded");
    List<TestContainer> fitting = noted(pod, 63, 0);
    ListContainersResponse full = list(pod);
    assertThat(full.getContainersCount()).isEqualTo(63);
    assertThat(full.getSerializedSize()).isBetween(15 * MEBIBYTE, LARGEST);
    assertThat(full.getContainersList())
        .allMatch(row -> row.getAnnotationsOrThrow("note").equals(LONG_NOTE));
    noted(pod, 2, 63);
    assertThat(refusal(Status.Code.RESOURCE_EXHAUSTED, () -> list(pod)))
        .contains(Integer.toString(LARGEST));
    Crowd.of(4)
        .ask(
            4,
            i -> {
              fitting.get(i).remove();
              return i;
            });
    assertThat(list(pod).getContainersCount()).isEqualTo(61);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "1.6 cuts the output to a message and forgets what else is in it")
  void outputOfAnExecBeyondAMessageIsCut() throws Exception {
    TestContainer container =
        runtime.pod("loud").start(Drafts.script("loud", runtime.image(), "sleep 600"));
    ExecSyncResponse response =
        container.exec("/bin/sh", "-c", "head -c 20000000 /dev/zero; echo end >&2; exit 3");
    assertThat(response.getSerializedSize()).isLessThanOrEqualTo(LARGEST);
    assertThat(response.getStdout().size()).isGreaterThan(15 * MEBIBYTE);
    assertThat(response.getExitCode()).isEqualTo(3);
  }
}
