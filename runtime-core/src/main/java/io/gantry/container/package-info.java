/**
 * Containers and the road of each from request to exit record.
 *
 * <pre>
 *   (none) ── create ──► Creating ──► Created ── start ──► Starting ──► Running ── exit ──► Exited
 *                                                             └── a step of the plan fails: Exited (StartError)
 *                                                                             (none) ◄── Removing
 * </pre>
 */
@NullMarked
package io.gantry.container;

import org.jspecify.annotations.NullMarked;
