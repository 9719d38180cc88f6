/**
 * The bridge plugin: containers on one bridge of the node, which can be their gateway, with
 * masquerade for what leaves their block.
 *
 * <pre>
 *        pod netns                 node
 *   ┌─────────────────┐
 *   │ lo   eth0 ──────┼── veth ──┐
 *   └─────────────────┘          ├─ bridge (gateway) ── ip_forward ── nft masquerade ── eth0
 *   ┌─────────────────┐          │
 *   │ lo   eth0 ──────┼── veth ──┘
 *   └─────────────────┘
 * </pre>
 *
 * <p>The node's side is made once; a container costs one veth pair, an address, a route, and an
 * element in a map of the packet filter.
 */
@NullMarked
package io.gantry.cni.bridge;

import org.jspecify.annotations.NullMarked;
