/**
 * The writable directories of containers: one snapshot each, beside the layers on the same file
 * system, given to whoever mounts as plain paths.
 */
@NullMarked
package io.gantry.image.snapshot;

import org.jspecify.annotations.NullMarked;
