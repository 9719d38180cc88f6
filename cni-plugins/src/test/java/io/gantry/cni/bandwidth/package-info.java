/** Tests of bandwidth limits. */
@NullMarked
package io.gantry.cni.bandwidth;

import org.jspecify.annotations.NullMarked;
