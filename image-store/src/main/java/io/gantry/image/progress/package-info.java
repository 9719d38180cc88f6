/**
 * How far the work on an image is: counted where the bytes are, read by whoever wants to show it.
 */
@NullMarked
package io.gantry.image.progress;

import org.jspecify.annotations.NullMarked;
