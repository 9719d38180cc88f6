/** Tests of the package. */
@NullMarked
package io.gantry.cni.overlay;

import org.jspecify.annotations.NullMarked;
