/**
 * What a machine holds, before and after: the proof that a runtime leaves nothing behind.
 *
 * <p>{@link io.gantry.conformance.leak.MachineState} is one look at everything a pod can leave:
 * mounts of every mount namespace, namespaces, cgroup directories, interfaces, addresses, routes,
 * the nft ruleset, processes and files. {@link io.gantry.conformance.leak.LeakCheck} compares two
 * looks, for tests as a class and for scripts as a program. It needs nothing but the JDK and, for
 * the ruleset, the {@code nft} command.
 */
@NullMarked
package io.gantry.conformance.leak;

import org.jspecify.annotations.NullMarked;
