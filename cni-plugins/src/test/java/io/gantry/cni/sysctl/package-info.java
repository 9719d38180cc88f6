/** Tests of kernel settings. */
@NullMarked
package io.gantry.cni.sysctl;

import org.jspecify.annotations.NullMarked;
