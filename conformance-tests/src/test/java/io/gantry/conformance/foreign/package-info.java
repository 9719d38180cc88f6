/** Clients that no one here wrote. */
@NullMarked
package io.gantry.conformance.foreign;

import org.jspecify.annotations.NullMarked;
