package io.gantry.oci;

import io.gantry.container.ContainerId;
import io.gantry.container.ContainerSpec;
import io.gantry.linux.Fd;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.Cgroups;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a container's plan is made of.
 *
 * @param process as {@link ContainerPolicy#process} decided
 * @param rootfs the detached overlay mount; passes to the plan, which closes it
 * @param sharedMemory a detached clone of the pod's /dev/shm, for this container alone; passes to
 *     the plan; null when the ipc namespace is the machine's or the request mounts its own
 * @param imageVolumes detached mounts of the request's image volumes, in its order; pass to the
 *     plan
 * @param files of the pod
 * @param cgroup the container's own, made and limited already
 */
public record ContainerContext(
    ContainerId id,
    ContainerSpec spec,
    ProcessSpec process,
    ContainerNamespaces namespaces,
    Fd rootfs,
    @Nullable Fd sharedMemory,
    List<Fd> imageVolumes,
    EtcFiles files,
    Cgroups.Layout layout,
    Cgroup cgroup,
    StartHooks hooks) {}
