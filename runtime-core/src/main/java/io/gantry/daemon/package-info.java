/** The process gantryd: wiring, start, recovery, stop. */
@NullMarked
package io.gantry.daemon;

import org.jspecify.annotations.NullMarked;
