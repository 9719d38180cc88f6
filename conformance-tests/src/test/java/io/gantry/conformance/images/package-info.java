/** Images from a real registry, pushed by a foreign tool, and images made of containers. */
@NullMarked
package io.gantry.conformance.images;

import org.jspecify.annotations.NullMarked;
