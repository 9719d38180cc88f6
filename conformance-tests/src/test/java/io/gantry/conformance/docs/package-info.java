/** The documents say what is true. */
@NullMarked
package io.gantry.conformance.docs;

import org.jspecify.annotations.NullMarked;
