package io.gantry.conformance.bench;

import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.cri.Drafts;
import java.util.Optional;

/**
 * A runtime that is measured.
 *
 * @param endpoint where it listens, as {@code unix:///SOCKET}
 * @param image one that it has
 * @param stand present when it is ours to look into and to kill
 */
record Subject(
    String name, CriClient client, String endpoint, String image, Optional<Stand> stand) {

  static Subject of(Stand stand) {
    return new Subject(
        stand.kind().title(),
        stand.runtime().client(),
        "unix://" + stand.runtime().socket(),
        stand.image(),
        Optional.of(stand));
  }

  /** A draft of a pod, in the runtime's own cgroup where it has one. */
  PodSandboxConfig draft(String podName) {
    PodSandboxConfig.Builder draft = Drafts.pod(podName);
    stand.ifPresent(own -> draft.getLinuxBuilder().setCgroupParent(own.group().parentOfPods()));
    return draft.build();
  }

  /** What it says of itself, such as {@code containerd 1.6.20 (CRI v1)}. */
  String version() {
    VersionResponse version = client.runtime().version(VersionRequest.getDefaultInstance());
    return "%s %s (CRI %s)"
        .formatted(
            version.getRuntimeName(), version.getRuntimeVersion(), version.getRuntimeApiVersion());
  }
}
