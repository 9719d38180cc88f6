/** Tests of mapped ports. */
@NullMarked
package io.gantry.cni.portmap;

import org.jspecify.annotations.NullMarked;
