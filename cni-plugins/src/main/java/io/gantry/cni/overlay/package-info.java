/**
 * One network of pods over several nodes, by VXLAN (RFC 7348).
 *
 * <pre>
 *   node a (192.0.2.1)                                node b (192.0.2.2)
 *   pods 10.244.1.0/24                                pods 10.244.2.0/24
 *     │                                                 │
 *   bridge ── route 10.244.2.0/24 via 10.244.2.0      bridge
 *     │       neighbour 10.244.2.0 at M                 │
 *   VXLAN device ── forwarding of M to 192.0.2.2      VXLAN device with link address M
 *     └──────────────── UDP from 192.0.2.1 to 192.0.2.2 ┘
 * </pre>
 *
 * <p>A node has a block of addresses and tells it to the others through a {@link
 * io.gantry.cni.overlay.PeerSource}: a file, etcd, or the Node objects of Kubernetes. {@link
 * io.gantry.cni.overlay.Overlay} turns what the source says into three entries of the kernel for
 * each other node. Nothing is learnt from packets, and a node that says it owns what is another's
 * is left out.
 *
 * <pre>
 *   source ──► Inbox (the present only) ──► Overlay's thread ──► VxlanDevice, PeerTable ──► kernel
 *                                                └──► NodeFile ──► the plugin, the next start
 * </pre>
 *
 * <p>While a source is silent what it said last holds. The node's own block is different: where a
 * source lends it for a time, no pods are added once that time is over, because another node may
 * have the block then.
 */
@NullMarked
package io.gantry.cni.overlay;

import org.jspecify.annotations.NullMarked;
