/** Tests of the runtimes of one's own. */
@NullMarked
package io.gantry.conformance.node;

import org.jspecify.annotations.NullMarked;
