/**
 * The names of images and of bytes: references as people write them, digests as registries do.
 * Parsing is pure and tells what is wrong with a bad name.
 */
@NullMarked
package io.gantry.image.reference;

import org.jspecify.annotations.NullMarked;
