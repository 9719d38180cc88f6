package io.gantry.image.outgoing;

import io.gantry.image.content.BlobSource;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.reference.Digest;

/**
 * A layer as a blob.
 *
 * @param blob what a manifest says of it
 * @param diffId digest of the uncompressed tar
 * @param source gives the bytes, as often as they are asked for
 */
public record OutgoingLayer(Descriptor blob, Digest diffId, BlobSource source) {}
