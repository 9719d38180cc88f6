/**
 * Containers with a link address of their own on an interface of the node.
 *
 * <pre>
 *        container netns            node
 *   ┌─────────────────┐
 *   │ eth0 (macvlan) ─┼──────┬── master (enp1s0) ──► the network outside
 *   └─────────────────┘      │
 *   ┌─────────────────┐      │   whether the two see each other is the mode's:
 *   │ eth0 (macvlan) ─┼──────┘   the node itself is never seen
 *   └─────────────────┘
 * </pre>
 */
@NullMarked
package io.gantry.cni.macvlan;

import org.jspecify.annotations.NullMarked;
