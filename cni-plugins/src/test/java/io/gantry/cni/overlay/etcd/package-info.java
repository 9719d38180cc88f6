/** Tests of the package. */
@NullMarked
package io.gantry.cni.overlay.etcd;

import org.jspecify.annotations.NullMarked;
