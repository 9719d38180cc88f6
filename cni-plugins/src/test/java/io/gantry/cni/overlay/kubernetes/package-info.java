/** Tests of the package. */
@NullMarked
package io.gantry.cni.overlay.kubernetes;

import org.jspecify.annotations.NullMarked;
