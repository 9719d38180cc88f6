/**
 * Networks of pods, by the rules of CNI. {@link io.gantry.cni.PodNetwork} is all that the rest of
 * the daemon sees; {@link io.gantry.cni.engine} stands behind it and runs the plugins, each of
 * which has a package.
 *
 * <p>A pod's way through it, and what a crash in between leaves:
 *
 * <pre>
 *   plan ──► (caller writes its record) ──► attach ──► (record with result) ──► detach
 *   nothing    what to undo                  kernel,                            addresses, elements;
 *                                            addresses                          the rest goes with
 *                                                                               the namespace
 * </pre>
 *
 * <p>The pods' records are the one truth about who is attached where. {@code recover} rebuilds the
 * packet filter's table from them, and whatever else is found on the node is given back.
 */
@NullMarked
package io.gantry.cni;

import org.jspecify.annotations.NullMarked;
