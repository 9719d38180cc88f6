/**
 * What is measured and how it is shown: numbers that whoever does something adds to, and an HTTP
 * endpoint where Prometheus reads them. Nothing here is loaded unless an address is configured.
 */
@NullMarked
package io.gantry.metrics;

import org.jspecify.annotations.NullMarked;
