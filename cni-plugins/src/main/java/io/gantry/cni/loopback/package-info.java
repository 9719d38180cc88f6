/** The loopback interface of a pod. */
@NullMarked
package io.gantry.cni.loopback;

import org.jspecify.annotations.NullMarked;
