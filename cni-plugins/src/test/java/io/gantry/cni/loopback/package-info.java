/** Tests of the package. */
@NullMarked
package io.gantry.cni.loopback;

import org.jspecify.annotations.NullMarked;
