/** Tests of the package. */
@NullMarked
package io.gantry.cni.overlay.file;

import org.jspecify.annotations.NullMarked;
