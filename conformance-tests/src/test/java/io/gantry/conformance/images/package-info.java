/** Images from a real registry, pushed by a foreign tool. */
@NullMarked
package io.gantry.conformance.images;

import org.jspecify.annotations.NullMarked;
