/**
 * The Java side of gantry-shim, the supervisor that stays with each container.
 *
 * <p>A {@link io.gantry.shim.Plan} is written here, one step after the other, and carried out
 * there: the shim knows no policy and the daemon forks nothing. {@link io.gantry.shim.ShimLauncher}
 * spawns a shim with the plan and the descriptors it speaks of, or comes back to one that an
 * earlier daemon left; {@link io.gantry.shim.Shim} watches it, sends signals and runs execs over
 * the shim's own socket.
 *
 * <pre>
 *   Starting ──plan carried out──► Running ──first process ended──► Exited
 *      └────────a step failed──────────────────────────────────────► Failed
 * </pre>
 *
 * <p>The last two states are also in the file {@code exit} of the container's run directory, which
 * is written before anybody is told. The formats of plan, messages and record are in
 * shim/README.md.
 */
@NullMarked
package io.gantry.shim;

import org.jspecify.annotations.NullMarked;
