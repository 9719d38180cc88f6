/**
 * How fast a container's interface gets and sends: the CNI plugin {@code bandwidth}.
 *
 * <pre>
 *   to the container     node ── tbf ► veth ═══ eth0
 *   from the container   eth0 ═══ veth ──► ifb ── tbf ► node
 * </pre>
 *
 * <p>What the node sends by its end of the pair is shaped there. What comes in by it cannot wait in
 * a queue, so it takes a turn through a device that has one. Nothing of it is inside the container,
 * which might be allowed to change it. The device is named after the container and says in its
 * alias whose it is; the queues on the pair go with the pair.
 */
@NullMarked
package io.gantry.cni.bandwidth;

import org.jspecify.annotations.NullMarked;
