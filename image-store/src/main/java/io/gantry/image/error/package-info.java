/**
 * What can go wrong with an image: one sealed family, so that the caller can map every kind without
 * reading texts. Depends on nothing.
 */
@NullMarked
package io.gantry.image.error;

import org.jspecify.annotations.NullMarked;
