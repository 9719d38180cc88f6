package io.gantry.nri;

import java.time.Duration;

/**
 * How plugins are treated.
 *
 * @param version of this runtime, which plugins are told
 * @param registration until a plugin has registered, and again until it has taken what there is
 * @param request for each answer
 */
public record NriSettings(String version, Duration registration, Duration request) {}
