package io.gantry.launch;

import io.gantry.linux.Fd;
import io.gantry.pod.UserMapping;

/**
 * The users of a pod that has its own.
 *
 * @param namespace stays the pod's
 */
public record PodUsers(Fd namespace, UserMapping mapping) {}
