/** Verbs about the runtime itself. */
@NullMarked
package io.gantry.cli.node;

import org.jspecify.annotations.NullMarked;
