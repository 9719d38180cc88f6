@NullMarked
package io.gantry.metrics;

import org.jspecify.annotations.NullMarked;
