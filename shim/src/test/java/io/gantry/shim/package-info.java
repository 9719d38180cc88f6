/** Tests of the plan's bytes and, with root, of both builds of the supervisor. */
@NullMarked
package io.gantry.shim;

import org.jspecify.annotations.NullMarked;
