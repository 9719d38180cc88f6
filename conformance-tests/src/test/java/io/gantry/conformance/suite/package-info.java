/** The suite that any CRI runtime can take: black box, by socket only. */
@NullMarked
package io.gantry.conformance.suite;

import org.jspecify.annotations.NullMarked;
