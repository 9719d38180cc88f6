/** Verbs about images. */
@NullMarked
package io.gantry.cli.image;

import org.jspecify.annotations.NullMarked;
