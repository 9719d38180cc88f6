package io.gantry.container;

/**
 * The image a container was made of, as it was then.
 *
 * @param id the image's id
 * @param stopSignal the image's own, or empty
 * @param reference what the status shows as image_ref: a digest reference where the image has one,
 *     else the id
 */
public record ImageUse(String id, String reference, String stopSignal) {}
