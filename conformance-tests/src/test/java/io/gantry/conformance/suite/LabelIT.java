package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Labels and annotations of every shape that Kubernetes allows come back as they were given. */
class LabelIT {

  /** A key of Kubernetes: a domain of 253 characters, a slash, a name of 63. */
  private static final String LONGEST_KEY =
      ("a".repeat(62) + ".").repeat(4).substring(0, 249) + ".org/" + "k".repeat(63);

  private static final Map<String, String> LABELS =
      new TreeMap<>(
          Map.of(
              "plain",
              "value",
              "empty",
              "",
              "app.kubernetes.io/name",
              "web-server_1.2",
              "example.com/with.dots-and_more",
              "A.b-c_D",
              LONGEST_KEY,
              "v".repeat(63),
              "n".repeat(63),
              "63",
              "UPPER",
              "lower",
              "1",
              "2"));

  private static final Map<String, String> ANNOTATIONS =
      new TreeMap<>(
          Map.of(
              "empty",
              "",
              "json",
              "{\"a\": [1, \"two\", null], \"b\\n\": \"\\u0000\"}",
              "lines",
              "one\ntwo\r\n\tthree\n",
              "unicode",
              "Grüße, 世界, 🚢, \u202eright to left\u202c, e\u0301",
              "quotes",
              "'\"`$(touch /tmp/never)`\\",
              "control",
              "\u0001\u001b[31m\u007f",
              LONGEST_KEY,
              "long",
              "large",
              "x".repeat(200 << 10),
              "kubernetes.io/config.seen",
              "2026-01-01T00:00:00.000000000Z",
              "slash/slash",
              "/"));

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static PodSandbox row(TestPod pod) {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(
            ListPodSandboxRequest.newBuilder()
                .setFilter(PodSandboxFilter.newBuilder().setId(pod.id()))
                .build())
        .getItems(0);
  }

  private static Container row(TestContainer container) {
    return runtime
        .client()
        .runtime()
        .listContainers(
            ListContainersRequest.newBuilder()
                .setFilter(ContainerFilter.newBuilder().setId(container.id()))
                .build())
        .getContainers(0);
  }

  @Test
  void aPodHasThem() throws Exception {
    TestPod pod =
        TestPod.run(
            runtime.client(),
            runtime.draft("labelled").putAllLabels(LABELS).putAllAnnotations(ANNOTATIONS).build());
    assertThat(pod.status().getLabelsMap()).isEqualTo(LABELS);
    assertThat(pod.status().getAnnotationsMap()).isEqualTo(ANNOTATIONS);
    assertThat(row(pod).getLabelsMap()).isEqualTo(LABELS);
    assertThat(row(pod).getAnnotationsMap()).isEqualTo(ANNOTATIONS);
  }

  @Test
  void aContainerHasThem() throws Exception {
    TestContainer container =
        runtime
            .pod("plain")
            .start(
                Drafts.script("labelled", runtime.image(), "sleep 600")
                    .putAllLabels(LABELS)
                    .putAllAnnotations(ANNOTATIONS));
    assertThat(container.status().getLabelsMap()).isEqualTo(LABELS);
    assertThat(container.status().getAnnotationsMap()).isEqualTo(ANNOTATIONS);
    assertThat(row(container).getLabelsMap()).isEqualTo(LABELS);
    assertThat(row(container).getAnnotationsMap()).isEqualTo(ANNOTATIONS);
  }

  @TestFactory
  Stream<DynamicTest> eachLabelSelects() throws Exception {
    TestPod pod =
        TestPod.run(runtime.client(), runtime.draft("selected").putAllLabels(LABELS).build());
    TestPod other = runtime.pod("other");
    return LABELS.entrySet().stream()
        .map(label ->
            DynamicTest.dynamicTest(
                label.getKey(),
                () ->
                    assertThat(selected(label.getKey(), label.getValue()))
                        .contains(pod.id())
                        .doesNotContain(other.id())));
  }

  private static Stream<String> selected(String key, String value) {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(
            ListPodSandboxRequest.newBuilder()
                .setFilter(PodSandboxFilter.newBuilder().putLabelSelector(key, value))
                .build())
        .getItemsList()
        .stream()
        .map(PodSandbox::getId);
  }

  @Test
  void aThousandOfThemAreNotTooMany() throws Exception {
    Map<String, String> many = new TreeMap<>();
    IntStream.range(0, 1000).forEach(i -> many.put("example.com/key-" + i, "value-" + i));
    TestPod pod = TestPod.run(runtime.client(), runtime.draft("many").putAllLabels(many).build());
    assertThat(pod.status().getLabelsMap()).isEqualTo(many);
  }
}
