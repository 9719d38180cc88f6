/**
 * Containers that share no link: each has one to the node, which routes between them.
 *
 * <pre>
 *        container netns                     node
 *   ┌──────────────────────────┐
 *   │ eth0 10.1.1.2/24 ────────┼── veth (10.1.1.1/32) ── route to 10.1.1.2/32 ──┐
 *   │ 10.1.1.1 dev eth0        │                                                ├─ forwarding
 *   │ 10.1.1.0/24 via 10.1.1.1 │                                                │
 *   └──────────────────────────┘                          veth of the next ─────┘
 * </pre>
 */
@NullMarked
package io.gantry.cni.ptp;

import org.jspecify.annotations.NullMarked;
