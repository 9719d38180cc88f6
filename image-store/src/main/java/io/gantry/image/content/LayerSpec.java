package io.gantry.image.content;

import io.gantry.image.manifest.Descriptor;
import io.gantry.image.reference.Digest;

/**
 * One layer of an image that is wanted here.
 *
 * @param blob as the manifest names it
 * @param diffId as the config names it
 */
public record LayerSpec(Descriptor blob, Digest diffId) {}
