@NullMarked
package io.gantry.conformance;

import org.jspecify.annotations.NullMarked;
