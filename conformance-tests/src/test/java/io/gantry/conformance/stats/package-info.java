/** What pods and containers use, compared with what the kernel's files say and what was done. */
@NullMarked
package io.gantry.conformance.stats;

import org.jspecify.annotations.NullMarked;
