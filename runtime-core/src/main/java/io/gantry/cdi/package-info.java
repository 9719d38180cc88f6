/**
 * Devices that vendors describe in files (Container Device Interface, specification 1.1): a name
 * such as {@code vendor.com/gpu=0} stands for device nodes, mounts, variables, groups and hooks.
 */
@NullMarked
package io.gantry.cdi;

import org.jspecify.annotations.NullMarked;
