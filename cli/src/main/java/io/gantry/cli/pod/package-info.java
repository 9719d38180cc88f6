/** Verbs about pods. */
@NullMarked
package io.gantry.cli.pod;

import org.jspecify.annotations.NullMarked;
