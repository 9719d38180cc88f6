package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageFilter;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.api.cri.v1.StreamContainersRequest;
import io.gantry.api.cri.v1.StreamImagesRequest;
import io.gantry.api.cri.v1.StreamPodSandboxesRequest;
import io.gantry.api.cri.v1.StreamPodSandboxesResponse;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lists that come in parts have the same rows as those that come in one. */
@Differs(runtime = "containerd", why = "1.6 has no lists in parts")
class StreamedListIT {

  private static final int MEBIBYTE = 1 << 20;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static List<PodSandbox> pods(PodSandboxFilter filter) {
    List<PodSandbox> rows = new ArrayList<>();
    runtime
        .client()
        .runtime()
        .streamPodSandboxes(StreamPodSandboxesRequest.newBuilder().setFilter(filter).build())
        .forEachRemaining(part -> rows.addAll(part.getPodSandboxesList()));
    return rows;
  }

  private static List<Container> containers(ContainerFilter filter) {
    List<Container> rows = new ArrayList<>();
    runtime
        .client()
        .runtime()
        .streamContainers(StreamContainersRequest.newBuilder().setFilter(filter).build())
        .forEachRemaining(part -> rows.addAll(part.getContainersList()));
    return rows;
  }

  private static List<Image> images(ImageFilter filter) {
    List<Image> rows = new ArrayList<>();
    runtime
        .client()
        .images()
        .streamImages(StreamImagesRequest.newBuilder().setFilter(filter).build())
        .forEachRemaining(part -> rows.addAll(part.getImagesList()));
    return rows;
  }

  @Test
  void podsAreThoseOfTheList() throws Exception {
    runtime.pod("one");
    runtime.pod("two").stop();
    assertThat(pods(PodSandboxFilter.getDefaultInstance()))
        .hasSizeGreaterThanOrEqualTo(2)
        .containsExactlyInAnyOrderElementsOf(
            runtime
                .client()
                .runtime()
                .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                .getItemsList());
  }

  @Test
  void containersAreThoseOfTheList() throws Exception {
    TestPod pod = runtime.pod("full");
    pod.start(Drafts.script("one", runtime.image(), "sleep 600"));
    pod.create(Drafts.script("two", runtime.image(), "true"));
    assertThat(containers(ContainerFilter.getDefaultInstance()))
        .hasSizeGreaterThanOrEqualTo(2)
        .containsExactlyInAnyOrderElementsOf(
            runtime
                .client()
                .runtime()
                .listContainers(ListContainersRequest.getDefaultInstance())
                .getContainersList());
  }

  @Test
  void imagesAreThoseOfTheList() {
    assertThat(images(ImageFilter.getDefaultInstance()))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(
            runtime
                .client()
                .images()
                .listImages(ListImagesRequest.getDefaultInstance())
                .getImagesList());
  }

  @Test
  void filtersHold() throws Exception {
    TestPod one = runtime.pod("one");
    TestPod two = runtime.pod("two");
    var container = two.create(Drafts.script("in-two", runtime.image(), "true"));
    assertThat(pods(PodSandboxFilter.newBuilder().setId(one.id()).build()))
        .extracting(PodSandbox::getId)
        .containsExactly(one.id());
    assertThat(containers(ContainerFilter.newBuilder().setPodSandboxId(two.id()).build()))
        .extracting(Container::getId)
        .containsExactly(container.id());
    ImageSpec ours = ImageSpec.newBuilder().setImage(runtime.image()).build();
    assertThat(images(ImageFilter.newBuilder().setImage(ours).build())).hasSize(1);
  }

  @Test
  void nothingFoundIsAnEmptyList() {
    ImageSpec nobodys = ImageSpec.newBuilder().setImage("example.org/nobody/has:this").build();
    assertThat(pods(PodSandboxFilter.newBuilder().setId("no-such-pod").build())).isEmpty();
    assertThat(containers(ContainerFilter.newBuilder().setId("no-such").build())).isEmpty();
    assertThat(images(ImageFilter.newBuilder().setImage(nobodys).build())).isEmpty();
  }

  /** What the streams are for: more than kubelet takes in one message of 16 MiB. */
  @Test
  void aListLongerThanAnyMessageArrivesWhole() throws Exception {
    String megabyte = "x".repeat(MEBIBYTE);
    Crowd crowd = Crowd.of(4);
    List<TestPod> pods =
        crowd.ask(
            20,
            i ->
                TestPod.run(
                    runtime.client(),
                    runtime.draft("long-" + i).putAnnotations("note", megabyte).build()));
    try {
      assertThat(streamedInParts())
          .containsAll(pods.stream().map(TestPod::id).toList())
          .doesNotHaveDuplicates();
    } finally {
      // Not left to the end of the test, which finds what to remove by the list in one message.
      crowd.ask(
          20,
          i -> {
            pods.get(i).remove();
            return i;
          });
    }
  }

  private static List<String> streamedInParts() {
    List<String> found = new ArrayList<>();
    Iterator<StreamPodSandboxesResponse> parts =
        runtime
            .client()
            .runtime()
            .streamPodSandboxes(StreamPodSandboxesRequest.getDefaultInstance());
    while (parts.hasNext()) {
      StreamPodSandboxesResponse part = parts.next();
      assertThat(part.getSerializedSize()).isLessThan(16 * MEBIBYTE);
      part.getPodSandboxesList().forEach(row -> found.add(row.getId()));
    }
    return found;
  }
}
