package io.gantry.rpc;

import io.gantry.api.cri.v1.AttachRequest;
import io.gantry.api.cri.v1.AttachResponse;
import io.gantry.api.cri.v1.ExecRequest;
import io.gantry.api.cri.v1.ExecResponse;
import io.gantry.api.cri.v1.PortForwardRequest;
import io.gantry.api.cri.v1.PortForwardResponse;
import io.gantry.container.Container;
import io.gantry.container.ContainerService;
import io.gantry.error.WrongStateException;
import io.gantry.pod.Pod;
import io.gantry.pod.PodService;
import io.gantry.streaming.StreamRequest;
import io.gantry.streaming.StreamUrls;
import java.util.List;

/** The RPCs that lead to streams: what can be wrong is told here, not at the URL. */
final class StreamCalls {

  private static final int LARGEST_PORT = 65535;

  private final PodService pods;
  private final ContainerService containers;
  private final StreamUrls urls;

  StreamCalls(PodService pods, ContainerService containers, StreamUrls urls) {
    this.pods = pods;
    this.containers = containers;
    this.urls = urls;
  }

  ExecResponse exec(ExecRequest request) {
    String id = Field.of("container_id").required(request.getContainerId());
    Field command = Field.of("cmd");
    command.presentIf(request.getCmdCount() > 0);
    command.item(0).required(request.getCmd(0));
    List<String> words = ContainerMessages.words(request.getCmdList(), command);
    check(request.getTty(), request.getStdin(), request.getStdout(), request.getStderr());
    Container container = containers.running(id);
    String url =
        urls.urlFor(
            new StreamRequest.Exec(
                container.id().value(),
                words,
                request.getTty(),
                request.getStdin(),
                request.getStdout(),
                request.getStderr()));
    return ExecResponse.newBuilder().setUrl(url).build();
  }

  AttachResponse attach(AttachRequest request) {
    String id = Field.of("container_id").required(request.getContainerId());
    check(request.getTty(), request.getStdin(), request.getStdout(), request.getStderr());
    Container container = containers.running(id);
    String url =
        urls.urlFor(
            new StreamRequest.Attach(
                container.id().value(),
                request.getTty(),
                request.getStdin(),
                request.getStdout(),
                request.getStderr()));
    return AttachResponse.newBuilder().setUrl(url).build();
  }

  /** As kubelet's own server has it (k8s.io/kubelet, pkg/cri/streaming, validateExecRequest). */
  private static void check(boolean tty, boolean stdin, boolean stdout, boolean stderr) {
    if (tty && stderr) {
      throw Field.of("stderr")
          .wrong("and tty cannot both be true", "a terminal has one output: leave stderr out");
    }
    if (!stdin && !stdout && !stderr) {
      throw Field.of("stdin, stdout, stderr")
          .wrong("are all false", "a stream has to have at least one of them");
    }
  }

  PortForwardResponse portForward(PortForwardRequest request) {
    String id = Field.of("pod_sandbox_id").required(request.getPodSandboxId());
    List<Integer> ports = request.getPortList();
    for (int i = 0; i < ports.size(); i++) {
      Field.of("port").item(i).between(ports.get(i), 1, LARGEST_PORT);
    }
    Pod pod = pods.pod(id);
    if (!pod.ready()) {
      throw new WrongStateException(
          pod.id().subject(),
          "pod " + pod.id().brief() + " is not ready, so nothing listens in it",
          "name a pod that gantry pods shows as Ready");
    }
    String url = urls.urlFor(new StreamRequest.Forward(pod.id().value(), ports));
    return PortForwardResponse.newBuilder().setUrl(url).build();
  }
}
