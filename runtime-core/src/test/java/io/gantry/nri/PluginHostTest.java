package io.gantry.nri;

import static io.gantry.nri.Wanted.adjustment;
import static io.gantry.nri.Wanted.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.CreateContainerRequest;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.KeyValue;
import io.gantry.api.nri.v1alpha1.RunPodSandboxRequest;
import io.gantry.api.nri.v1alpha1.StateChangeEvent;
import io.gantry.api.nri.v1alpha1.StopContainerResponse;
import io.gantry.api.nri.v1alpha1.UpdateContainerRequest;
import io.gantry.api.nri.v1alpha1.UpdateContainerResponse;
import io.gantry.api.nri.v1alpha1.UpdateContainersRequest;
import io.gantry.api.nri.v1alpha1.UpdateContainersResponse;
import io.gantry.api.nri.v1alpha1.ValidateContainerAdjustmentRequest;
import io.gantry.api.nri.v1alpha1.ValidateContainerAdjustmentResponse;
import io.gantry.container.Container;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ContainerState;
import io.gantry.error.GantryException;
import io.gantry.error.InvalidException;
import io.gantry.error.WrongStateException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.nri.wire.FakePlugin;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PluginHostTest extends PluginsCase {

  private static CreateContainerResponse adjusting(String text) {
    return CreateContainerResponse.newBuilder().setAdjust(adjustment(text)).build();
  }

  private FakePlugin creating(String index, FakePlugin.Answer answer) throws Exception {
    FakePlugin plugin = stranger(Event.CREATE_CONTAINER);
    plugin.on("CreateContainer", answer);
    join(plugin, index, "p" + index);
    return plugin;
  }

  private ContainerSpec made(Container container) {
    return host.creating(container, pod);
  }

  private Container begun() {
    return container("app", new ContainerState.Creating());
  }

  @Test
  void withoutPluginsTheRequestIsWhatItIs() {
    Container container = begun();

    assertThat(made(container)).isSameAs(container.spec());
    assertThat(host.resizing(container, CgroupLimits.NONE)).isSameAs(CgroupLimits.NONE);
  }

  @Test
  void pluginsAreAskedInTheOrderOfTheirIndicesAndSeeWhatThoseBeforeWant() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    FakePlugin.Answer second =
        question -> {
          var seen = CreateContainerRequest.parseFrom(question).getContainer();
          order.add("20 " + seen.getEnvList());
          return adjusting("env { key: 'B' value: '2' }");
        };
    FakePlugin.Answer first =
        question -> {
          var seen = CreateContainerRequest.parseFrom(question).getContainer();
          order.add("10 " + seen.getEnvList());
          return adjusting("env { key: '-A' } env { key: 'C' value: '1' }");
        };
    creating("20", second);
    creating("10", first);

    assertThat(made(begun()).environment()).containsExactly("C=1", "B=2");
    assertThat(order).containsExactly("10 [A=1]", "20 [C=1]");
  }

  @Test
  void twoThatWantTheSameFailTheRequestByName() throws Exception {
    creating("10", _ -> adjusting("env { key: 'X' value: '1' }"));
    creating("20", _ -> adjusting("env { key: 'X' value: '2' }"));
    Container container = begun();

    assertThatThrownBy(() -> made(container))
        .isInstanceOf(InvalidException.class)
        .hasMessage(
            "NRI plugins 10-p10 and 20-p20 both set Env X of container " + container.id().value());
  }

  @Test
  void aPluginsNoFailsTheRequestWithItsWords() throws Exception {
    creating(
        "10",
        _ -> {
          throw new FakePlugin.No(2, "no more of these");
        });

    assertThatThrownBy(() -> made(begun()))
        .isInstanceOf(WrongStateException.class)
        .hasMessage("NRI plugin 10-p10 refuses CreateContainer: no more of these");
    assertThatThrownBy(() -> made(begun()))
        .as("it is asked again")
        .isInstanceOf(WrongStateException.class);
  }

  @Test
  void aPluginThatHangsIsCutOffAndNamedAndKeepsNobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    FakePlugin hanging =
        creating(
            "10",
            _ -> {
              never.await();
              return Empty.getDefaultInstance();
            });
    creating("20", _ -> adjusting("env { key: 'B' value: '2' }"));

    assertThat(made(begun()).environment()).containsExactly("A=1", "B=2");
    assertThat(logged())
        .contains(
            "NRI plugin 10-p10 is dropped: no answer to CreateContainer within "
                + SHORT.toMillis()
                + " ms");
    hanging.end().get(20, TimeUnit.SECONDS);

    long began = System.nanoTime();
    var _ = made(begun());
    assertThat(System.nanoTime() - began).isLessThan(SHORT.toNanos());
    assertThat(hanging.questions()).containsOnlyOnce("CreateContainer");
    never.countDown();
  }

  @Test
  void aPluginThatDisconnectsAmidstAQuestionKeepsNobody() throws Exception {
    AtomicReference<FakePlugin> self = new AtomicReference<>();
    self.set(
        creating(
            "10",
            _ -> {
              Objects.requireNonNull(self.get()).close();
              return Empty.getDefaultInstance();
            }));

    assertThat(made(begun()).environment()).containsExactly("A=1");
    assertThat(logged()).anyMatch(line -> line.startsWith("NRI plugin 10-p10 is"));
  }

  @Test
  void anAnswerThatIsNoMessageDropsThePlugin() throws Exception {
    creating("10", _ -> KeyValue.newBuilder().setKeyBytes(ByteString.copyFromUtf8("x")).build());

    assertThat(made(begun()).environment()).containsExactly("A=1");
    assertThat(logged())
        .anyMatch(line -> line.startsWith("NRI plugin 10-p10 is dropped: the answer to Create"));
  }

  @Test
  void whatIsDecidedCanBeRejected() throws Exception {
    creating("10", _ -> adjusting("env { key: 'B' value: '2' }"));
    FakePlugin judge = stranger(Event.VALIDATE_CONTAINER_ADJUSTMENT);
    List<ValidateContainerAdjustmentRequest> judged = new CopyOnWriteArrayList<>();
    judge.on(
        "ValidateContainerAdjustment",
        question -> {
          judged.add(ValidateContainerAdjustmentRequest.parseFrom(question));
          return ValidateContainerAdjustmentResponse.newBuilder()
              .setReject(true)
              .setReason("B is ours")
              .build();
        });
    join(judge, "90", "judge");
    Container container = begun();

    assertThatThrownBy(() -> made(container))
        .isInstanceOf(InvalidException.class)
        .hasMessage(
            "NRI plugin 90-judge rejects what plugins want of container "
                + container.id().value()
                + ": B is ours");
    ValidateContainerAdjustmentRequest request = judged.getFirst();
    assertThat(request.getAdjust()).isEqualTo(adjustment("env { key: 'B' value: '2' }"));
    assertThat(request.getContainer().getEnvList()).containsExactly("A=1");
    assertThat(request.getPluginsList()).extracting(plugin -> plugin.getName()).contains("p10");
    assertThat(request.getOwners().getOwnersOrThrow(container.id().value()).getCompoundMap())
        .containsKey(6);
  }

  @Test
  void otherContainersAreChangedAndEvictedAsAPluginWants() throws Exception {
    creating(
        "10",
        _ ->
            CreateContainerResponse.newBuilder()
                .addUpdate(limit("other", 7))
                .addEvict(ContainerEviction.newBuilder().setContainerId("worst").setReason("old"))
                .build());

    var _ = made(begun());

    assertThat(changed).containsExactly("other 7");
    assertThat(evicted.poll(20, TimeUnit.SECONDS)).isEqualTo("worst");
  }

  private static io.gantry.api.nri.v1alpha1.ContainerUpdate limit(String id, long bytes) {
    return update(
        "container_id: '%s' linux { resources { memory { limit { value: %d } } } }"
            .formatted(id, bytes));
  }

  @Test
  void aChangeOfAnotherContainerThatFailsFailsTheRequestUnlessThePluginDoesNotMind()
      throws Exception {
    AtomicReference<Boolean> mind = new AtomicReference<>(true);
    creating(
        "10",
        _ ->
            CreateContainerResponse.newBuilder()
                .addUpdate(limit("none", 7).toBuilder().setIgnoreFailure(!mind.get()))
                .addUpdate(limit("other", 8))
                .build());

    assertThatThrownBy(() -> made(begun()))
        .isInstanceOf(GantryException.class)
        .hasMessage("container is not there");
    mind.set(false);
    assertThat(made(begun()).environment()).containsExactly("A=1");
    assertThat(changed).containsExactly("other 8", "other 8");
  }

  @Test
  void aPodIsRefusedByANoButNotKeptFromStopping() throws Exception {
    FakePlugin plugin = stranger(Event.RUN_POD_SANDBOX, Event.STOP_POD_SANDBOX);
    FakePlugin.Answer no =
        _ -> {
          throw new FakePlugin.No(2, "no");
        };
    join(plugin.on("RunPodSandbox", no).on("StopPodSandbox", no), "10", "strict");

    assertThatThrownBy(() -> host.running(pod))
        .isInstanceOf(WrongStateException.class)
        .hasMessage("NRI plugin 10-strict refuses RunPodSandbox: no");
    host.stopping(pod);
    assertThat(plugin.questions()).containsSubsequence("RunPodSandbox", "StopPodSandbox");
    assertThat(logged()).anyMatch(line -> line.contains("10-strict refuses StopPodSandbox: no"));
  }

  @Test
  void aPluginOfOldIsToldByStateChanges() throws Exception {
    FakePlugin plugin = stranger();
    List<Event> told = new CopyOnWriteArrayList<>();
    plugin.on(
        "StateChange",
        question -> {
          StateChangeEvent event = StateChangeEvent.parseFrom(question);
          assertThat(event.getPod().getName()).isEqualTo("web");
          told.add(event.getEvent());
          return Empty.getDefaultInstance();
        });
    join(plugin, "10", "old");
    told.clear();

    host.running(pod);
    Container container = begun();
    var _ = made(container);
    host.starting(container);
    host.started(container);
    host.removed(container);
    host.stopping(pod);
    host.removed(pod);

    assertThat(told)
        .containsExactly(
            Event.RUN_POD_SANDBOX,
            Event.START_CONTAINER,
            Event.POST_START_CONTAINER,
            Event.REMOVE_CONTAINER,
            Event.STOP_POD_SANDBOX,
            Event.REMOVE_POD_SANDBOX);
  }

  @Test
  void eachThingIsToldOnceAndInOrder() throws Exception {
    FakePlugin plugin = knowing(stranger(), every());
    plugin.on("StopContainer", _ -> StopContainerResponse.getDefaultInstance());
    join(plugin, "10", "witness");
    int before = plugin.questions().size();

    host.running(pod);
    Container container = begun();
    var _ = made(container);
    host.created(container);
    host.starting(container);
    host.started(container);
    host.started(container);
    host.stopped(container);
    host.stopped(container);
    host.removed(container);
    host.removed(container);
    host.stopping(pod);
    host.stopping(pod);
    host.removed(pod);
    host.removed(pod);

    assertThat(plugin.questions().subList(before, plugin.questions().size()))
        .containsExactly(
            "RunPodSandbox",
            "CreateContainer",
            "ValidateContainerAdjustment",
            "PostCreateContainer",
            "StartContainer",
            "PostStartContainer",
            "StopContainer",
            "RemoveContainer",
            "StopPodSandbox",
            "RemovePodSandbox");
  }

  private static String[] every() {
    return new String[] {
      "RunPodSandbox",
      "PostUpdatePodSandbox",
      "StopPodSandbox",
      "RemovePodSandbox",
      "CreateContainer",
      "PostCreateContainer",
      "StartContainer",
      "PostStartContainer",
      "UpdateContainer",
      "PostUpdateContainer",
      "StopContainer",
      "RemoveContainer"
    };
  }

  @Test
  void whatHasStoppedIsNotToldToHaveStarted() throws Exception {
    FakePlugin plugin = knowing(stranger(), every());
    join(plugin, "10", "witness");
    Container container = begun();
    var _ = made(container);
    host.starting(container);
    host.stopped(container);
    host.started(container);

    assertThat(plugin.questions()).endsWith("StartContainer", "StopContainer");
  }

  @Test
  void aPodTellsWhatItIs() throws Exception {
    FakePlugin plugin = stranger(Event.RUN_POD_SANDBOX);
    List<RunPodSandboxRequest> told = new CopyOnWriteArrayList<>();
    plugin.on(
        "RunPodSandbox",
        question -> {
          told.add(RunPodSandboxRequest.parseFrom(question));
          return Empty.getDefaultInstance();
        });
    join(plugin, "10", "curious");

    host.running(pod);

    assertThat(told.getFirst().getPod().getId()).isEqualTo(pod.id().value());
    assertThat(told.getFirst().getPod().getUid()).isEqualTo("uid-web");
    assertThat(told.getFirst().getPod().getNamespace()).isEqualTo("default");
  }

  @Test
  void newLimitsPassThroughAllWhoWantToSeeThem() throws Exception {
    Container container = container("app", running());
    FakePlugin first = stranger(Event.UPDATE_CONTAINER);
    first.on(
        "UpdateContainer",
        _ ->
            UpdateContainerResponse.newBuilder()
                .addUpdate(
                    update(
                        """
                        container_id: '%s' linux { resources { cpu { cpus: '1' } } }
                        """
                            .formatted(container.id().value())))
                .addUpdate(limit("other", 9))
                .build());
    join(first, "10", "first");
    FakePlugin second = stranger(Event.UPDATE_CONTAINER);
    List<String> seen = new CopyOnWriteArrayList<>();
    second.on(
        "UpdateContainer",
        question -> {
          var resources = UpdateContainerRequest.parseFrom(question).getLinuxResources();
          seen.add(resources.getCpu().getCpus() + resources.getMemory().getLimit().getValue());
          return UpdateContainerResponse.getDefaultInstance();
        });
    join(second, "20", "second");

    CgroupLimits wanted = host.resizing(container, memory(5));

    assertThat(wanted.cpus()).isEqualTo("1");
    assertThat(wanted.memoryBytes()).isEqualTo(OptionalLong.of(5));
    assertThat(seen).containsExactly("15");
    assertThat(changed).containsExactly("other 9");
  }

  private static CgroupLimits memory(long bytes) {
    return new CgroupLimits(
        OptionalLong.of(bytes),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        "",
        "",
        java.util.Map.of(),
        java.util.Map.of());
  }

  private static ContainerState running() {
    return new ContainerState.Running(42, io.gantry.container.ContainerFixtures.THEN);
  }

  @Test
  void aPluginMayChangeThingsWithoutBeingAsked() throws Exception {
    FakePlugin plugin = stranger();
    join(plugin, "10", "busy");

    var answer =
        plugin.call(
            RUNTIME,
            "UpdateContainers",
            UpdateContainersRequest.newBuilder()
                .addUpdate(limit("other", 7))
                .addUpdate(limit("none", 7))
                .addUpdate(limit("none", 8).toBuilder().setIgnoreFailure(true))
                .addUpdate(
                    update("container_id: 'x' linux { resources { rdt_class { value: 'g' } } }"))
                .addEvict(ContainerEviction.newBuilder().setContainerId("worst"))
                .build());

    var failed = UpdateContainersResponse.parseFrom(answer.getPayload()).getFailedList();
    assertThat(failed).extracting(each -> each.getContainerId()).containsExactly("none", "x");
    assertThat(changed).containsExactly("other 7");
    assertThat(evicted.poll(20, TimeUnit.SECONDS)).isEqualTo("worst");
    assertThat(logged()).anyMatch(line -> line.contains("10-busy asks for linux.resources.rdt"));
  }

  @Test
  void pluginsAreToldWhenTheRuntimeEnds() throws Exception {
    FakePlugin plugin = knowing(stranger(), "Shutdown");
    join(plugin, "10", "last");

    server.close();

    plugin.end().get(20, TimeUnit.SECONDS);
    assertThat(plugin.questions()).endsWith("Shutdown");
  }

  @Test
  void aPluginThatLeavesIsAskedNoMore() throws Exception {
    FakePlugin plugin = creating("10", _ -> (MessageLite) adjusting("env { key: 'B' }"));
    plugin.close();

    assertThat(made(begun()).environment()).containsExactly("A=1");
  }
}
