/**
 * Mounts that are built detached: nothing appears in any mount table until the descriptor that
 * {@link io.gantry.linux.mount.DetachedMounts} returns is attached somewhere, and closing it undoes
 * the mount.
 */
@NullMarked
package io.gantry.linux.mount;

import org.jspecify.annotations.NullMarked;
