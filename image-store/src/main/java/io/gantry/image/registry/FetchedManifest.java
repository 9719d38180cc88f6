package io.gantry.image.registry;

import io.gantry.image.manifest.Manifest;
import io.gantry.image.reference.Digest;

/**
 * A manifest or index with the bytes that its digest is of.
 *
 * @param content not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes go straight to disk.
public record FetchedManifest(Digest digest, byte[] content, Manifest manifest) {}
