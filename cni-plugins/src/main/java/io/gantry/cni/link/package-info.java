/**
 * What every interface plugin does inside the container's namespace: addresses, routes, and the
 * look at whether they are still there.
 */
@NullMarked
package io.gantry.cni.link;

import org.jspecify.annotations.NullMarked;
