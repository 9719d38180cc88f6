/**
 * Pods: a set of namespaces, an address, a few files, and the containers inside.
 *
 * <pre>
 *   (none) ── run ──► Creating ── namespaces, network, files ──► Ready ── stop ──► Stopping ──► Stopped
 *                        └── a step fails: everything undone, no record stays        (none) ◄── Removing
 * </pre>
 *
 * The record is written before each effect, so that whoever reads it after a crash can finish or
 * undo.
 */
@NullMarked
package io.gantry.pod;

import org.jspecify.annotations.NullMarked;
