/**
 * Control groups as found on the machine: version 1, the hybrid layout, and version 2, behind one
 * {@link io.gantry.linux.cgroup.Cgroups}.
 */
@NullMarked
package io.gantry.linux.cgroup;

import org.jspecify.annotations.NullMarked;
