/** Tests of tuned interfaces. */
@NullMarked
package io.gantry.cni.tuning;

import org.jspecify.annotations.NullMarked;
