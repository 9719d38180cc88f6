/**
 * Layers as EROFS images: one file instead of thousands, which the kernel mounts read-only as it
 * is. Core on-disk format as in https://erofs.docs.kernel.org, without compression.
 */
@NullMarked
package io.gantry.image.erofs;

import org.jspecify.annotations.NullMarked;
