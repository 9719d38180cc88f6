/**
 * Policy: what a container may do and see, decided in Java and written down as a plan for the shim.
 *
 * <pre>
 *   create:  ContainerPolicy.process   request + image + account files ──► ProcessSpec (kept on disk)
 *   start:   ContainerPolicy.plan      ProcessSpec + pod + cgroup + rootfs ──► ContainerPlan
 *   exec:    ContainerPolicy.exec      ProcessSpec + command ──► Plan
 * </pre>
 *
 * Whatever can be wrong with a request is found at create, as {@link
 * io.gantry.error.InvalidException}. The deciding parts are pure functions ({@link
 * io.gantry.oci.Capabilities}, the user lookup, environment, command line, mount list, system call
 * list); the acting ones open detached mounts and own their descriptors until the shim has them.
 */
@NullMarked
package io.gantry.oci;

import org.jspecify.annotations.NullMarked;
