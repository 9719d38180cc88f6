/**
 * Control groups whose owner is systemd: a container's group is the scope unit that systemd was
 * asked for over D-Bus, in the slice that the orchestrator names. systemd keeps the limits that it
 * has words for (systemd.resource-control(5)); all others are written into the group's files, which
 * {@code Delegate=yes} leaves to the runtime.
 *
 * <p>systemd makes no scope without a process, and removes one as soon as the last process has
 * left. So a process that does nothing is put in first, and ends when the container's own has been
 * cloned into the group.
 */
@NullMarked
package io.gantry.linux.systemd;

import org.jspecify.annotations.NullMarked;
