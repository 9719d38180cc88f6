/**
 * What a layer is made of, written down when it is unpacked, so that it can be compared later: the
 * compressed bytes that its digest was about are not kept.
 */
@NullMarked
package io.gantry.image.inventory;

import org.jspecify.annotations.NullMarked;
