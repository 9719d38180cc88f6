/**
 * Images as tar files: OCI layouts and docker-archives are read, OCI layouts are written. Reading
 * needs a file to seek in; nothing is unpacked here.
 */
@NullMarked
package io.gantry.image.archive;

import org.jspecify.annotations.NullMarked;
