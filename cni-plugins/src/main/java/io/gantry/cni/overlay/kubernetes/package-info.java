/**
 * The nodes of an overlay as Kubernetes has them: the blocks are {@code spec.podCIDRs}, which its
 * controller gives out, and the addresses are {@code InternalIP}s. A small client of the two
 * requests that are needed, list and watch, on the JDK's own HTTP.
 *
 * <pre>
 *   list ──► all nodes, revision r ──► watch from r ──► changes ──┐
 *    ▲                                   ▲  the server ends it    │
 *    │ 410 Gone, ten minutes, any error  └────────────────────────┘
 *    └──── after a pause that grows
 * </pre>
 */
@NullMarked
package io.gantry.cni.overlay.kubernetes;

import org.jspecify.annotations.NullMarked;
