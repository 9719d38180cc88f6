@NullMarked
package io.gantry.metrics.sample;

import org.jspecify.annotations.NullMarked;
