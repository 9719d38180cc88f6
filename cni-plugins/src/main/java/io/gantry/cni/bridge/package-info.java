/**
 * The network of a node that nobody configured: one bridge, one private block of addresses,
 * masquerade for what leaves it.
 *
 * <pre>
 *        pod netns                 node
 *   ┌─────────────────┐
 *   │ lo   eth0 ──────┼── veth ──┐
 *   └─────────────────┘          ├─ gantry0 (gateway) ── ip_forward ── nft masquerade ── eth0
 *   ┌─────────────────┐          │
 *   │ lo   eth0 ──────┼── veth ──┘
 *   └─────────────────┘
 * </pre>
 *
 * <p>The node's side is made once; a pod costs one veth pair, an address and a route. Nothing of
 * the packet filter is per pod.
 */
@NullMarked
package io.gantry.cni.bridge;

import org.jspecify.annotations.NullMarked;
