/**
 * Networks of pods. {@link io.gantry.cni.PodNetwork} is all that the rest of the daemon sees; today
 * the zero-config bridge of {@link io.gantry.cni.bridge} stands behind it.
 *
 * <p>A pod's way through it, and what a crash in between leaves:
 *
 * <pre>
 *   reserve ──► (caller writes its record) ──► attach ──► running ──► detach ──► release
 *   memory       the only truth                kernel                 mostly the  memory
 *                                                                     kernel's own
 * </pre>
 *
 * <p>Addresses are kept nowhere but in the caller's pod records: at start the caller gives them
 * back by {@code restore}, and {@code sweep} removes interfaces whose pod has no record.
 */
@NullMarked
package io.gantry.cni;

import org.jspecify.annotations.NullMarked;
