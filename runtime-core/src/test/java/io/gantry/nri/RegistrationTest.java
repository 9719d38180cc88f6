package io.gantry.nri;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.gantry.api.nri.v1alpha1.ConfigureRequest;
import io.gantry.api.nri.v1alpha1.ConfigureResponse;
import io.gantry.api.nri.v1alpha1.CreateContainerRequest;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.SynchronizeRequest;
import io.gantry.api.nri.v1alpha1.SynchronizeResponse;
import io.gantry.api.nri.v1alpha1.UpdateContainersRequest;
import io.gantry.container.Container;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerState;
import io.gantry.nri.wire.FakePlugin;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistrationTest extends PluginsCase {

  @Test
  void aPluginIsConfiguredAndToldWhatThereIs() throws Exception {
    pods.insert(PodFixtures.ready("other"));
    Container there = container("app", new ContainerState.Created());
    host.begin();
    FakePlugin plugin = stranger();
    List<ConfigureRequest> configured = new CopyOnWriteArrayList<>();
    List<SynchronizeRequest> told = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    plugin
        .on(
            "Configure",
            question -> {
              configured.add(ConfigureRequest.parseFrom(question));
              return ConfigureResponse.getDefaultInstance();
            })
        .on(
            "Synchronize",
            question -> {
              told.add(SynchronizeRequest.parseFrom(question));
              done.countDown();
              return SynchronizeResponse.getDefaultInstance();
            })
        .start();

    assertThat(register(plugin, "10", "new").hasStatus()).isTrue();

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(configured.getFirst().getRuntimeName()).isEqualTo("gantry");
    assertThat(configured.getFirst().getRuntimeVersion()).isEqualTo("1.2.3");
    assertThat(configured.getFirst().getRequestTimeout()).isEqualTo(SHORT.toMillis());
    assertThat(told.getFirst().getPodsList())
        .extracting(PodSandbox::getName)
        .containsExactlyInAnyOrder("web", "other");
    assertThat(told.getFirst().getContainersList())
        .extracting(each -> each.getId() + " " + each.getArgsList())
        .containsExactly(there.id().value() + " [sleep, 60]");
    assertThat(told.getFirst().getMore()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1, good, index \"1\" is not two digits",
    "ab, good, index \"ab\" is not two digits",
    "'', good, index \"\" is not two digits",
    "10, '', \"\" is no name for a plugin",
    "10, a/b, \"a/b\" is no name for a plugin",
    "10, 'a b', \"a b\" is no name for a plugin"
  })
  void whoHasNoProperNameIsRefused(String index, String name, String problem) throws Exception {
    FakePlugin plugin = stranger().start();

    assertThat(register(plugin, index, name).getStatus().getMessage()).isEqualTo(problem);
    assertThat(plugin.questions()).isEmpty();
  }

  @Test
  void nobodyRegistersTwiceNorChangesAnythingBefore() throws Exception {
    FakePlugin plugin = stranger().start();

    assertThat(
            plugin
                .call(RUNTIME, "UpdateContainers", UpdateContainersRequest.getDefaultInstance())
                .getStatus()
                .getMessage())
        .isEqualTo("register first");
    var _ = register(plugin, "10", "twice");
    assertThat(register(plugin, "10", "twice").getStatus().getMessage())
        .isEqualTo("this plugin has registered before");
    assertThat(plugin.call(RUNTIME, "Sing", Empty.getDefaultInstance()).getStatus().getMessage())
        .isEqualTo("there is no " + RUNTIME + "/Sing");
  }

  @Test
  void whoWantsEventsThatThereAreNotIsNotServed() throws Exception {
    FakePlugin plugin = stranger();
    plugin.on("Configure", _ -> ConfigureResponse.newBuilder().setEvents(1 << 30).build());
    var _ = register(plugin.start(), "10", "future");

    plugin.end().get(20, TimeUnit.SECONDS);
    assertThat(logged())
        .contains(
            "NRI plugin 10-future is not served: it wants events that there are not: 0x40000000");
    assertThat(plugin.questions()).doesNotContain("Synchronize");
  }

  @Test
  void whoDoesNotWantToBeConfiguredIsNotServed() throws Exception {
    FakePlugin plugin = stranger();
    plugin.on(
        "Configure",
        _ -> {
          throw new FakePlugin.No(2, "a line is wrong");
        });
    var _ = register(plugin.start(), "10", "picky");

    plugin.end().get(20, TimeUnit.SECONDS);
    assertThat(logged()).contains("NRI plugin 10-picky is not served: a line is wrong");
  }

  @Test
  void whoKnowsNoSynchronizationIsServedAllTheSame() throws Exception {
    FakePlugin plugin = stranger(Event.CREATE_CONTAINER);
    CountDownLatch asked = new CountDownLatch(1);
    plugin
        .on(
            "Synchronize",
            _ -> {
              asked.countDown();
              throw new FakePlugin.No(12, "no such method");
            })
        .on("CreateContainer", _ -> (MessageLite) CreateContainerResponse.getDefaultInstance());
    var _ = register(plugin.start(), "10", "plain");
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

    var _ = host.creating(container("app", new ContainerState.Creating()), pod);

    assertThat(plugin.questions()).containsExactly("Configure", "Synchronize", "CreateContainer");
  }

  @Test
  void aPluginThatIsSlowToTakeWhatThereIsMissesNothingAndHearsNothingTwice() throws Exception {
    int each = 40;
    Set<String> synchronizedOnes = new ConcurrentSkipListSet<>();
    List<String> toldOnes = new CopyOnWriteArrayList<>();
    CountDownLatch joining = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FakePlugin plugin = stranger(Event.CREATE_CONTAINER, Event.RUN_POD_SANDBOX);
    plugin
        .on(
            "Synchronize",
            question -> {
              SynchronizeRequest request = SynchronizeRequest.parseFrom(question);
              request.getContainersList().forEach(one -> synchronizedOnes.add(one.getId()));
              request.getPodsList().forEach(one -> synchronizedOnes.add(one.getId()));
              joining.countDown();
              goOn.await();
              return SynchronizeResponse.getDefaultInstance();
            })
        .on(
            "RunPodSandbox",
            question -> {
              toldOnes.add(
                  io.gantry.api.nri.v1alpha1.RunPodSandboxRequest.parseFrom(question)
                      .getPod()
                      .getId());
              return Empty.getDefaultInstance();
            })
        .on(
            "CreateContainer",
            question -> {
              toldOnes.add(CreateContainerRequest.parseFrom(question).getContainer().getId());
              return CreateContainerResponse.getDefaultInstance();
            })
        .start();
    Set<String> made = new ConcurrentSkipListSet<>();
    List<Thread> makers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String name = "maker" + i;
      makers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int j = 0; j < each; j++) {
                  make(name + "-" + j, made);
                }
              }));
    }
    var _ = register(plugin, "10", "late");
    assertThat(joining.await(20, TimeUnit.SECONDS)).isTrue();
    goOn.countDown();
    for (Thread maker : makers) {
      maker.join();
    }
    make("last", made);

    Set<String> known = new TreeSet<>(synchronizedOnes);
    assertThat(toldOnes).doesNotHaveDuplicates().doesNotContainAnyElementsOf(synchronizedOnes);
    known.addAll(toldOnes);
    assertThat(known).isEqualTo(made);
  }

  private void make(String name, Set<String> made) {
    Pod other = PodFixtures.ready(name);
    pods.insert(other);
    host.running(other);
    Container container =
        ContainerFixtures.container(other.id(), name, new ContainerState.Creating());
    containers.insert(container);
    var _ = host.creating(container, other);
    made.add(other.id().value());
    made.add(container.id().value());
  }
}
