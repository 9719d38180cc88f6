/**
 * What the CNI specification fixes, as Java: configurations, results, errors and their JSON of
 * versions 0.3.1 to 1.1.0. Nothing here knows the kernel.
 */
@NullMarked
package io.gantry.cni.spec;

import org.jspecify.annotations.NullMarked;
