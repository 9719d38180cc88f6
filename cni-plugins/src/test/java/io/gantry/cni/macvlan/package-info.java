/** Tests of the package. */
@NullMarked
package io.gantry.cni.macvlan;

import org.jspecify.annotations.NullMarked;
