package io.gantry.rpc;

import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.ListPodSandboxResponse;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PodSandboxStatusResponse;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RemovePodSandboxResponse;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxResponse;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.api.cri.v1.StopPodSandboxResponse;
import io.gantry.api.cri.v1.UpdatePodSandboxResourcesRequest;
import io.gantry.api.cri.v1.UpdatePodSandboxResourcesResponse;
import io.gantry.pod.HolderRecord;
import io.gantry.pod.Pod;
import io.gantry.pod.PodService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The RPCs of pods. */
final class PodCalls {

  private static final Field ID = Field.of("pod_sandbox_id");

  private final PodService pods;
  private final NodeStatus node;
  private final ObjectDetails details;

  PodCalls(PodService pods, NodeStatus node, ObjectDetails details) {
    this.pods = pods;
    this.node = node;
    this.details = details;
  }

  RunPodSandboxResponse run(RunPodSandboxRequest request) {
    Field.of("config").presentIf(request.hasConfig());
    String handler = knownHandler(request.getRuntimeHandler());
    String id =
        pods.run(PodMessages.spec(request.getConfig(), handler, node.cgroupParents())).value();
    return RunPodSandboxResponse.newBuilder().setPodSandboxId(id).build();
  }

  private String knownHandler(String handler) {
    List<String> known = node.runtimeHandlers();
    if (!handler.isEmpty() && !known.contains(handler)) {
      throw Field.of("runtime_handler")
          .wrong(
              "is " + handler + ", which is not configured",
              known.isEmpty() ? "leave it empty" : "leave it empty or give one of " + known);
    }
    return handler;
  }

  StopPodSandboxResponse stop(StopPodSandboxRequest request) {
    pods.stop(ID.required(request.getPodSandboxId()));
    return StopPodSandboxResponse.getDefaultInstance();
  }

  RemovePodSandboxResponse remove(RemovePodSandboxRequest request) {
    pods.remove(ID.required(request.getPodSandboxId()));
    return RemovePodSandboxResponse.getDefaultInstance();
  }

  PodSandboxStatusResponse status(PodSandboxStatusRequest request) {
    Pod pod = pods.pod(ID.required(request.getPodSandboxId()));
    PodSandboxStatusResponse.Builder response =
        PodSandboxStatusResponse.newBuilder().setStatus(PodMessages.status(pod));
    if (request.getVerbose()) {
      response.putInfo("info", Documents.json(info(pod)));
    }
    return response.build();
  }

  UpdatePodSandboxResourcesResponse update(UpdatePodSandboxResourcesRequest request) {
    pods.resize(
        ID.required(request.getPodSandboxId()),
        PodMessages.resources(
            request.getOverhead(),
            Field.of("overhead"),
            request.getResources(),
            Field.of("resources")));
    return UpdatePodSandboxResourcesResponse.getDefaultInstance();
  }

  private Map<String, Object> info(Pod pod) {
    Map<String, Object> info = new LinkedHashMap<>();
    HolderRecord holder = pod.holder();
    info.put("pid", holder == null ? 0 : holder.pid());
    info.put("state", Documents.name(pod.state()));
    info.putAll(details.of(pod));
    info.put("config", pod.spec());
    return info;
  }

  ListPodSandboxResponse list(ListPodSandboxRequest request) {
    return ListPodSandboxResponse.newBuilder().addAllItems(rows(request.getFilter())).build();
  }

  List<PodSandbox> rows(PodSandboxFilter filter) {
    return pods.list(PodMessages.filter(filter)).stream().map(PodMessages::row).toList();
  }
}
