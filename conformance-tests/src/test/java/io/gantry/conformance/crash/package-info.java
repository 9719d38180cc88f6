/** What must hold when a daemon or a supervisor dies at the worst moment. */
@NullMarked
package io.gantry.conformance.crash;

import org.jspecify.annotations.NullMarked;
