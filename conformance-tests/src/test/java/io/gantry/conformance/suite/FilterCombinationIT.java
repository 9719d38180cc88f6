package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStateValue;
import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageFilter;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.PodSandboxStateValue;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every combination of a filter's conditions lets through exactly what meets all of them. What is
 * right is found by looking at the unfiltered list.
 */
class FilterCombinationIT {

  private static final int BEGINNING = 13;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  /** One condition: how it is asked for and what meets it. */
  private record Condition<F, R>(String name, Function<F, F> ask, Predicate<R> meets) {}

  private TestPod web;
  private TestContainer running;

  @BeforeEach
  void makeThreePodsAndFourContainers() throws Exception {
    web = pod("web", Map.of("app", "shop", "tier", "front", "empty", ""));
    TestPod database = pod("database", Map.of("app", "shop", "tier", "back"));
    pod("alone", Map.of("app", "other")).stop();
    running = web.start(sleeper("running", Map.of("app", "shop", "role", "main")));
    web.create(sleeper("created", Map.of("app", "shop", "role", "side")));
    database.start(sleeper("exited", Map.of("app", "shop", "role", "main"))).stop(Duration.ZERO);
    database.start(sleeper("other", Map.of("role", "main")));
  }

  private static TestPod pod(String name, Map<String, String> labels) throws Exception {
    return TestPod.run(runtime.client(), runtime.draft(name).putAllLabels(labels).build());
  }

  private static io.gantry.api.cri.v1.ContainerConfig.Builder sleeper(
      String name, Map<String, String> labels) {
    return Drafts.script(name, runtime.image(), "sleep 600").putAllLabels(labels);
  }

  private static List<PodSandbox> pods(PodSandboxFilter.Builder filter) {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.newBuilder().setFilter(filter).build())
        .getItemsList();
  }

  private static List<Container> containers(ContainerFilter.Builder filter) {
    return runtime
        .client()
        .runtime()
        .listContainers(ListContainersRequest.newBuilder().setFilter(filter).build())
        .getContainersList();
  }

  private static boolean has(Map<String, String> labels, String key, String value) {
    return value.equals(labels.get(key));
  }

  private List<Condition<PodSandboxFilter.Builder, PodSandbox>> podConditions() {
    return List.of(
        new Condition<>("id", f -> f.setId(web.id()), row -> row.getId().equals(web.id())),
        new Condition<>(
            "state",
            f -> f.setState(podState(PodSandboxState.SANDBOX_READY)),
            row -> row.getState() == PodSandboxState.SANDBOX_READY),
        new Condition<>(
            "label",
            f -> f.putLabelSelector("app", "shop"),
            row -> has(row.getLabelsMap(), "app", "shop")),
        new Condition<>(
            "second label",
            f -> f.putLabelSelector("tier", "front"),
            row -> has(row.getLabelsMap(), "tier", "front")),
        new Condition<>(
            "empty label",
            f -> f.putLabelSelector("empty", ""),
            row -> has(row.getLabelsMap(), "empty", "")));
  }

  private static PodSandboxStateValue podState(PodSandboxState state) {
    return PodSandboxStateValue.newBuilder().setState(state).build();
  }

  private List<Condition<ContainerFilter.Builder, Container>> containerConditions() {
    return List.of(
        new Condition<>("id", f -> f.setId(running.id()), row -> row.getId().equals(running.id())),
        new Condition<>(
            "pod", f -> f.setPodSandboxId(web.id()), row -> row.getPodSandboxId().equals(web.id())),
        new Condition<>(
            "state",
            f -> f.setState(containerState(ContainerState.CONTAINER_RUNNING)),
            row -> row.getState() == ContainerState.CONTAINER_RUNNING),
        new Condition<>(
            "label",
            f -> f.putLabelSelector("app", "shop"),
            row -> has(row.getLabelsMap(), "app", "shop")),
        new Condition<>(
            "second label",
            f -> f.putLabelSelector("role", "main"),
            row -> has(row.getLabelsMap(), "role", "main")));
  }

  private static ContainerStateValue containerState(ContainerState state) {
    return ContainerStateValue.newBuilder().setState(state).build();
  }

  /** All subsets of the conditions, each asked for at once and checked row by row. */
  private static <F, R> Stream<DynamicTest> subsets(
      List<Condition<F, R>> conditions,
      java.util.function.Supplier<F> nothing,
      Function<F, List<R>> list) {
    return IntStream.range(0, 1 << conditions.size())
        .mapToObj(bits ->
            IntStream.range(0, conditions.size())
                .filter(i -> (bits & 1 << i) != 0)
                .mapToObj(conditions::get)
                .toList())
        .map(chosen ->
            DynamicTest.dynamicTest(
                chosen.stream().map(Condition::name).toList().toString(),
                () -> {
                  F filter = nothing.get();
                  Predicate<R> meets = row -> true;
                  for (Condition<F, R> condition : chosen) {
                    filter = condition.ask().apply(filter);
                    meets = meets.and(condition.meets());
                  }
                  List<R> right = list.apply(nothing.get()).stream().filter(meets).toList();
                  assertThat(list.apply(filter)).containsExactlyInAnyOrderElementsOf(right);
                }));
  }

  @TestFactory
  Stream<DynamicTest> podsMeetAllConditions() {
    return subsets(podConditions(), PodSandboxFilter::newBuilder, FilterCombinationIT::pods);
  }

  @TestFactory
  Stream<DynamicTest> containersMeetAllConditions() {
    return subsets(
        containerConditions(), ContainerFilter::newBuilder, FilterCombinationIT::containers);
  }

  @TestFactory
  Stream<DynamicTest> aBeginningOfAnIdIsAsGood() {
    String pod = web.id().substring(0, BEGINNING);
    String container = running.id().substring(0, BEGINNING);
    return Stream.of(
        DynamicTest.dynamicTest(
            "pod",
            () ->
                assertThat(
                        pods(
                            PodSandboxFilter.newBuilder()
                                .setId(pod)
                                .setState(podState(PodSandboxState.SANDBOX_READY))))
                    .extracting(PodSandbox::getId)
                    .containsExactly(web.id())),
        DynamicTest.dynamicTest(
            "container",
            () ->
                assertThat(containers(ContainerFilter.newBuilder().setId(container)))
                    .extracting(Container::getId)
                    .containsExactly(running.id())),
        DynamicTest.dynamicTest(
            "containers of a pod",
            () ->
                assertThat(
                        containers(
                            ContainerFilter.newBuilder()
                                .setPodSandboxId(pod)
                                .setState(containerState(ContainerState.CONTAINER_RUNNING))))
                    .extracting(Container::getId)
                    .containsExactly(running.id())),
        DynamicTest.dynamicTest(
            "beginning and wrong state",
            () ->
                assertThat(
                        containers(
                            ContainerFilter.newBuilder()
                                .setId(container)
                                .setState(containerState(ContainerState.CONTAINER_EXITED))))
                    .isEmpty()));
  }

  private static List<Image> images(String wanted) {
    ImageFilter filter =
        ImageFilter.newBuilder().setImage(ImageSpec.newBuilder().setImage(wanted)).build();
    return runtime
        .client()
        .images()
        .listImages(ListImagesRequest.newBuilder().setFilter(filter).build())
        .getImagesList();
  }

  @TestFactory
  @Differs(runtime = "containerd", why = "1.6 lists all images whatever the filter says")
  Stream<DynamicTest> anImageIsFoundByEachOfItsNames() {
    Image image = images(runtime.image()).getFirst();
    return Stream.of(
            Stream.of(image.getId(), image.getId().replace("sha256:", "")),
            image.getRepoTagsList().stream(),
            image.getRepoDigestsList().stream())
        .flatMap(names -> names)
        .map(name ->
            DynamicTest.dynamicTest(
                name,
                () ->
                    assertThat(images(name))
                        .extracting(Image::getId)
                        .containsExactly(image.getId())));
  }

  @TestFactory
  @Differs(runtime = "containerd", why = "1.6 lists all images whatever the filter says")
  Stream<DynamicTest> anImageThatIsNotThereIsNoError() {
    return Stream.of("example.org/nobody/has:this", "sha256:" + "0".repeat(64), "nobody")
        .map(name -> DynamicTest.dynamicTest(name, () -> assertThat(images(name)).isEmpty()));
  }
}
