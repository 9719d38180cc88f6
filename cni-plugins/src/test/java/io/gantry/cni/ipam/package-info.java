/** Tests of the package. */
@NullMarked
package io.gantry.cni.ipam;

import org.jspecify.annotations.NullMarked;
