/**
 * The documents that describe an image (OCI image spec 1.1 and Docker schema 2): descriptors,
 * indexes, manifests and configs, read from untrusted JSON into records. No I/O.
 */
@NullMarked
package io.gantry.image.manifest;

import org.jspecify.annotations.NullMarked;
