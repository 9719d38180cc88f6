/** Settings of the kernel that belong to a network namespace. */
@NullMarked
package io.gantry.cni.sysctl;

import org.jspecify.annotations.NullMarked;
