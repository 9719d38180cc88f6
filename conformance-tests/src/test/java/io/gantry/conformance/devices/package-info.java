/** Devices of vendors. */
@NullMarked
package io.gantry.conformance.devices;

import org.jspecify.annotations.NullMarked;
