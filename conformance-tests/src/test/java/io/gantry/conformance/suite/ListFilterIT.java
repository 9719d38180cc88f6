package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStateValue;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.PodSandboxStateValue;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lists, and what each condition of a filter lets through; conditions must hold together. */
class ListFilterIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod web;
  private TestPod database;

  @BeforeEach
  void makeTwoPods() throws Exception {
    web =
        TestPod.run(
            runtime.client(),
            runtime.draft("web").putLabels("app", "web").putLabels("tier", "front").build());
    database =
        TestPod.run(
            runtime.client(),
            runtime.draft("database").putLabels("app", "db").putLabels("tier", "back").build());
  }

  private List<String> pods(PodSandboxFilter.Builder filter) {
    ListPodSandboxRequest request = ListPodSandboxRequest.newBuilder().setFilter(filter).build();
    return runtime.client().runtime().listPodSandbox(request).getItemsList().stream()
        .map(PodSandbox::getId)
        .toList();
  }

  private List<String> containers(ContainerFilter.Builder filter) {
    ListContainersRequest request = ListContainersRequest.newBuilder().setFilter(filter).build();
    return runtime.client().runtime().listContainers(request).getContainersList().stream()
        .map(Container::getId)
        .toList();
  }

  @Test
  void withoutAFilterAllPodsAreListed() {
    assertThat(pods(PodSandboxFilter.newBuilder())).contains(web.id(), database.id());
  }

  @Test
  void anIdOrItsBeginningSelectsOnePod() {
    assertThat(pods(PodSandboxFilter.newBuilder().setId(web.id()))).containsExactly(web.id());
    assertThat(pods(PodSandboxFilter.newBuilder().setId(web.id().substring(0, 13))))
        .containsExactly(web.id());
    assertThat(pods(PodSandboxFilter.newBuilder().setId("no-such-pod"))).isEmpty();
  }

  @Test
  void allLabelsOfASelectorMustBeThere() {
    assertThat(pods(PodSandboxFilter.newBuilder().putLabelSelector("app", "db")))
        .containsExactly(database.id());
    assertThat(
            pods(
                PodSandboxFilter.newBuilder()
                    .putLabelSelector("app", "db")
                    .putLabelSelector("tier", "front")))
        .isEmpty();
  }

  @Test
  void theStateOfAPodSelects() {
    web.stop();
    PodSandboxStateValue notReady =
        PodSandboxStateValue.newBuilder().setState(PodSandboxState.SANDBOX_NOTREADY).build();
    PodSandboxStateValue ready =
        PodSandboxStateValue.newBuilder().setState(PodSandboxState.SANDBOX_READY).build();
    assertThat(pods(PodSandboxFilter.newBuilder().setState(notReady))).containsExactly(web.id());
    assertThat(pods(PodSandboxFilter.newBuilder().setState(ready)))
        .contains(database.id())
        .doesNotContain(web.id());
    assertThat(pods(PodSandboxFilter.newBuilder().setState(ready).setId(web.id()))).isEmpty();
  }

  @Test
  void containersAreSelectedByPodStateAndLabels() {
    TestContainer running =
        web.start(Drafts.script("running", runtime.image(), "sleep 600").putLabels("a", "b"));
    TestContainer created =
        web.create(Drafts.script("created", runtime.image(), "true").putLabels("a", "c"));
    TestContainer other = database.create(Drafts.script("other", runtime.image(), "true"));
    assertThat(containers(ContainerFilter.newBuilder()))
        .contains(running.id(), created.id(), other.id());
    assertThat(containers(ContainerFilter.newBuilder().setPodSandboxId(web.id())))
        .containsExactlyInAnyOrder(running.id(), created.id());
    assertThat(containers(ContainerFilter.newBuilder().setId(other.id())))
        .containsExactly(other.id());
    assertThat(containers(ContainerFilter.newBuilder().putLabelSelector("a", "b")))
        .containsExactly(running.id());
    ContainerStateValue isCreated =
        ContainerStateValue.newBuilder().setState(ContainerState.CONTAINER_CREATED).build();
    assertThat(
            containers(ContainerFilter.newBuilder().setState(isCreated).setPodSandboxId(web.id())))
        .containsExactly(created.id());
    assertThat(containers(ContainerFilter.newBuilder().setState(isCreated).setId(running.id())))
        .isEmpty();
  }
}
