/** Tests of the package. */
@NullMarked
package io.gantry.cni.ptp;

import org.jspecify.annotations.NullMarked;
