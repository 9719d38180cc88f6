/** Tests of the plugins as programs. */
@NullMarked
package io.gantry.cni.launcher;

import org.jspecify.annotations.NullMarked;
