/** Tests of the calls, and the fakes that other modules use. */
@NullMarked
package io.gantry.linux;

import org.jspecify.annotations.NullMarked;
