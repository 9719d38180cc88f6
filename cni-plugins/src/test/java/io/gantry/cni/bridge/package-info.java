/** Tests of the package. */
@NullMarked
package io.gantry.cni.bridge;

import org.jspecify.annotations.NullMarked;
