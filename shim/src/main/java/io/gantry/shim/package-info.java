@NullMarked
package io.gantry.shim;

import org.jspecify.annotations.NullMarked;
