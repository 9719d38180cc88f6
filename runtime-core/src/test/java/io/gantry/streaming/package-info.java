@NullMarked
package io.gantry.streaming;

import org.jspecify.annotations.NullMarked;
