/**
 * A client of the OCI distribution protocol: documents and blobs by tag or digest, with tokens,
 * redirects and limits. It hands out streams that verify themselves and keeps nothing on disk.
 */
@NullMarked
package io.gantry.image.registry;

import org.jspecify.annotations.NullMarked;
