package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.CreateContainerRequest;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.PluginInstance;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.StopContainerRequest;
import io.gantry.api.nri.v1alpha1.StopContainerResponse;
import io.gantry.api.nri.v1alpha1.UpdateContainerRequest;
import io.gantry.api.nri.v1alpha1.UpdateContainerResponse;
import io.gantry.api.nri.v1alpha1.UpdatePodSandboxRequest;
import io.gantry.api.nri.v1alpha1.ValidateContainerAdjustmentRequest;
import io.gantry.api.nri.v1alpha1.ValidateContainerAdjustmentResponse;
import io.gantry.container.Container;
import io.gantry.container.ContainerSpec;
import io.gantry.error.GantryException;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.Pod;
import io.gantry.pod.PodResources;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts questions to the plugins and gathers their answers. Used under the host's lock only. */
final class Asking {

  private static final Logger log = LoggerFactory.getLogger(Asking.class);

  private final Inventory inventory;
  private final Circle circle;

  Asking(Inventory inventory, Circle circle) {
    this.inventory = inventory;
    this.circle = circle;
  }

  /**
   * What plugins want of a container that is to be made.
   *
   * @param spec the request as they want it, but for CDI devices
   * @param merging what else they want
   */
  record Creation(ContainerSpec spec, Merging merging) {

    Set<String> devices() {
      return merging.adjustment().getCDIDevicesList().stream()
          .map(device -> device.getName())
          .collect(Collectors.toSet());
    }
  }

  /**
   * What plugins want of limits that are to change.
   *
   * @param wanted the change as they want it
   * @param others what they want of other containers
   */
  record Resize(CgroupLimits wanted, List<ContainerUpdate> others, Merging merging) {}

  void tell(Occurrence occurrence, Pod pod) {
    if (!circle.wanting(occurrence.event()).isEmpty()) {
      circle.tell(
          occurrence, Views.pod(pod), io.gantry.api.nri.v1alpha1.Container.getDefaultInstance());
    }
  }

  void tell(Occurrence occurrence, Container container) {
    if (!circle.wanting(occurrence.event()).isEmpty()) {
      circle.tell(occurrence, inventory.podOf(container), inventory.view(container));
    }
  }

  void resizing(Pod pod, PodResources change) {
    UpdatePodSandboxRequest request =
        UpdatePodSandboxRequest.newBuilder()
            .setPod(Views.pod(pod))
            .setOverheadLinuxResources(ResourceForms.message(change.overhead()))
            .setLinuxResources(ResourceForms.message(change.resources()))
            .build();
    for (Plugin plugin : circle.wanting(Event.UPDATE_POD_SANDBOX)) {
      var _ = circle.ask(plugin, "UpdatePodSandbox", request, Empty.parser());
    }
  }

  /** Each plugin sees the container as those before it want it. */
  Creation creating(Container container, Pod owner) {
    PodSandbox pod = Views.pod(owner);
    Merging merging = new Merging(container.id().value());
    ContainerSpec spec = container.spec();
    for (Plugin plugin : circle.wanting(Event.CREATE_CONTAINER)) {
      CreateContainerRequest request =
          CreateContainerRequest.newBuilder()
              .setPod(pod)
              .setContainer(inventory.view(container.of(spec)))
              .build();
      Optional<CreateContainerResponse> answer =
          circle.ask(plugin, "CreateContainer", request, CreateContainerResponse.parser());
      if (answer.isPresent()) {
        merging.adjust(plugin.title(), answer.get().getAdjust());
        merging.updateOthers(plugin.title(), answer.get().getUpdateList());
        merging.evict(answer.get().getEvictList());
        spec = new Adjusting(plugin.title()).applied(merging.adjustment(), container.spec());
      }
    }
    validate(pod, container, merging);
    return new Creation(spec, merging);
  }

  private void validate(PodSandbox pod, Container container, Merging merging) {
    List<Plugin> judges = circle.wanting(Event.VALIDATE_CONTAINER_ADJUSTMENT);
    ContainerAdjustment adjustment = merging.adjustment();
    if (judges.isEmpty()) {
      return;
    }
    ValidateContainerAdjustmentRequest.Builder request =
        ValidateContainerAdjustmentRequest.newBuilder()
            .setPod(pod)
            .setContainer(inventory.view(container))
            .setAdjust(adjustment)
            .addAllUpdate(merging.updates())
            .setOwners(merging.owners());
    for (Plugin plugin : circle.wanting(Event.CREATE_CONTAINER)) {
      request.addPlugins(
          PluginInstance.newBuilder().setName(plugin.name()).setIndex(plugin.index()));
    }
    for (Plugin judge : judges) {
      Optional<ValidateContainerAdjustmentResponse> verdict =
          circle.ask(
              judge,
              "ValidateContainerAdjustment",
              request.build(),
              ValidateContainerAdjustmentResponse.parser());
      if (verdict.isPresent() && verdict.get().getReject()) {
        throw new InvalidException(
            new Subject("NRI plugin", judge.title()),
            "NRI plugin %s rejects what plugins want of container %s: %s"
                .formatted(judge.title(), container.id().value(), verdict.get().getReason()),
            "see what the plugins are configured to do");
      }
    }
  }

  /** Each plugin sees the change as those before it want it. */
  Resize resizing(Container container, CgroupLimits change) {
    String id = container.id().value();
    Merging merging = new Merging(id);
    CgroupLimits wanted = change;
    for (Plugin plugin : circle.wanting(Event.UPDATE_CONTAINER)) {
      UpdateContainerRequest request =
          UpdateContainerRequest.newBuilder()
              .setPod(inventory.podOf(container))
              .setContainer(inventory.view(container))
              .setLinuxResources(ResourceForms.message(wanted))
              .build();
      Optional<UpdateContainerResponse> answer =
          circle.ask(plugin, "UpdateContainer", request, UpdateContainerResponse.parser());
      if (answer.isPresent()) {
        merging.update(plugin.title(), answer.get().getUpdateList());
        merging.evict(answer.get().getEvictList());
        wanted = change.changedBy(ResourceForms.limits(merging.updateOf(id)));
      }
    }
    List<ContainerUpdate> others =
        merging.updates().stream().filter(update -> !update.getContainerId().equals(id)).toList();
    return new Resize(wanted, others, merging);
  }

  /** It has stopped, whatever plugins say. */
  Merging stopped(Container container) {
    Merging merging = new Merging(container.id().value());
    for (Plugin plugin : circle.wanting(Event.STOP_CONTAINER)) {
      StopContainerRequest request =
          StopContainerRequest.newBuilder()
              .setPod(inventory.podOf(container))
              .setContainer(inventory.view(container))
              .build();
      try {
        circle
            .ask(plugin, "StopContainer", request, StopContainerResponse.parser())
            .ifPresent(answer -> merging.update(plugin.title(), answer.getUpdateList()));
      } catch (GantryException e) {
        log.warn("{}", e.advice());
      }
    }
    return merging;
  }
}
