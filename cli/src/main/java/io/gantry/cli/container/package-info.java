/** Verbs about containers. */
@NullMarked
package io.gantry.cli.container;

import org.jspecify.annotations.NullMarked;
