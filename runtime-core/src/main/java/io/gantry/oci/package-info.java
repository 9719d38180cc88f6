/**
 * Policy: what a container may do and see, decided in Java and written down as a plan for the shim.
 */
@NullMarked
package io.gantry.oci;

import org.jspecify.annotations.NullMarked;
