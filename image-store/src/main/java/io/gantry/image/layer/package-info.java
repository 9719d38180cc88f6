/**
 * From the bytes of a layer to files: digests, decompression, the tar reader, and unpacking that
 * never leaves the layer's directory.
 */
@NullMarked
package io.gantry.image.layer;

import org.jspecify.annotations.NullMarked;
