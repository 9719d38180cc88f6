package io.gantry.image;

/**
 * What a registry has after a push.
 *
 * @param sent layers whose bytes were sent
 * @param present layers that the registry had
 */
public record PushedImage(DepartedImage image, int sent, int present) {}
