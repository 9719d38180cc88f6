/** Verbs that tell what pods and containers use. */
@NullMarked
package io.gantry.cli.stats;

import org.jspecify.annotations.NullMarked;
