package io.gantry.nri;

import com.google.protobuf.MessageLite;
import io.gantry.api.nri.v1alpha1.Container;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.PostCreateContainerRequest;
import io.gantry.api.nri.v1alpha1.PostStartContainerRequest;
import io.gantry.api.nri.v1alpha1.PostUpdateContainerRequest;
import io.gantry.api.nri.v1alpha1.PostUpdatePodSandboxRequest;
import io.gantry.api.nri.v1alpha1.RemoveContainerRequest;
import io.gantry.api.nri.v1alpha1.RemovePodSandboxRequest;
import io.gantry.api.nri.v1alpha1.RunPodSandboxRequest;
import io.gantry.api.nri.v1alpha1.StartContainerRequest;
import io.gantry.api.nri.v1alpha1.StateChangeEvent;
import io.gantry.api.nri.v1alpha1.StopPodSandboxRequest;

/** What plugins are told of without having anything to answer but a no. */
enum Occurrence {
  RUN_POD(Event.RUN_POD_SANDBOX, "RunPodSandbox", true),
  POD_UPDATED(Event.POST_UPDATE_POD_SANDBOX, "PostUpdatePodSandbox", false),
  STOP_POD(Event.STOP_POD_SANDBOX, "StopPodSandbox", false),
  REMOVE_POD(Event.REMOVE_POD_SANDBOX, "RemovePodSandbox", false),
  CREATED(Event.POST_CREATE_CONTAINER, "PostCreateContainer", false),
  START(Event.START_CONTAINER, "StartContainer", true),
  STARTED(Event.POST_START_CONTAINER, "PostStartContainer", false),
  UPDATED(Event.POST_UPDATE_CONTAINER, "PostUpdateContainer", false),
  REMOVE(Event.REMOVE_CONTAINER, "RemoveContainer", false);

  private final Event event;
  private final String method;
  private final boolean refusable;

  /**
   * @param refusable whether a plugin's no fails the request; else it has happened, and the others
   *     are told all the same
   */
  Occurrence(Event event, String method, boolean refusable) {
    this.event = event;
    this.method = method;
    this.refusable = refusable;
  }

  Event event() {
    return event;
  }

  String method() {
    return method;
  }

  boolean isRefusable() {
    return refusable;
  }

  /**
   * What the method takes.
   *
   * @param container an empty one where the occurrence is a pod's
   */
  MessageLite question(PodSandbox pod, Container container) {
    return switch (this) {
      case RUN_POD -> RunPodSandboxRequest.newBuilder().setPod(pod).build();
      case POD_UPDATED -> PostUpdatePodSandboxRequest.newBuilder().setPod(pod).build();
      case STOP_POD -> StopPodSandboxRequest.newBuilder().setPod(pod).build();
      case REMOVE_POD -> RemovePodSandboxRequest.newBuilder().setPod(pod).build();
      case CREATED ->
          PostCreateContainerRequest.newBuilder().setPod(pod).setContainer(container).build();
      case START -> StartContainerRequest.newBuilder().setPod(pod).setContainer(container).build();
      case STARTED ->
          PostStartContainerRequest.newBuilder().setPod(pod).setContainer(container).build();
      case UPDATED ->
          PostUpdateContainerRequest.newBuilder().setPod(pod).setContainer(container).build();
      case REMOVE ->
          RemoveContainerRequest.newBuilder().setPod(pod).setContainer(container).build();
    };
  }

  /** The same for plugins from before each occurrence had a method of its own. */
  StateChangeEvent change(PodSandbox pod, Container container) {
    return StateChangeEvent.newBuilder()
        .setEvent(event)
        .setPod(pod)
        .setContainer(container)
        .build();
  }
}
